// What the C library does with memory that is given back.
#pragma once

namespace bitline {

/// Freed memory stays with the process, where the C library is GNU's: a training asks for the same
/// again in every batch, and pages that went back and forth took a tenth of its time. For the start
/// of a program.
void keep_freed_memory();

}  // namespace bitline
