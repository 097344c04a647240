import RangedMmap

// No task takes it along.
#if TWIN
func change(_ file: MmapFile, _ receipt: inout WriteReceipt) throws {
  try file.update(&receipt) { editor in
    for index in 0..<9 { editor[index] = 1 }
  }
}
#else
func change(_ file: MmapFile, _ receipt: inout WriteReceipt) throws {
  try file.update(&receipt) { editor in Task { editor[0] = 1 } }
  // expected-error@-1 {{passing closure as a 'sending' parameter risks causing data races between code in the}}
  // expected-note@-2 {{closure captures 'editor' which is accessible to code in the current task}}
  // expected-error@-3 {{lifetime-dependent variable 'editor' escapes its scope}}
  // expected-note@-4 {{it depends on the lifetime of argument 'editor'}}
  // expected-note@-5 {{this use causes the lifetime-dependent value to escape}}
}
#endif
