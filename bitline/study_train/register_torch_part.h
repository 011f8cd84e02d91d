// The door through which LibTorch comes into the program.
#pragma once

/// Hands the functions of torch/ and study_train/ to runtime/ and study/. Called by runtime/ when
/// it has opened the shared object, or first of all by a program that LibTorch is linked into.
extern "C" void bitline_register_torch_part();
