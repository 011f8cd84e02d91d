// Stands for LibTorch's part of another build.
extern "C" const char* bitline_torch_part_build() { return "0.0.1 of another day"; }
extern "C" void bitline_register_torch_part() {}
