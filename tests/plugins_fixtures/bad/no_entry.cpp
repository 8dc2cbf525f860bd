// A shared object that exports something, but no plugin.
extern "C" __attribute__((visibility("default"))) int unrelated() { return 1; }
