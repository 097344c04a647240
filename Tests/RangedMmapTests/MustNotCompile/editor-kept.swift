import RangedMmap

// What changes a range stays in the closure that it is lent to.
#if TWIN
func change(_ file: MmapFile, _ receipt: inout WriteReceipt) throws -> UInt8 {
  var first: UInt8 = 0
  try file.update(&receipt) { editor in first = editor[0] }
  return first
}
#else
func change(_ file: MmapFile, _ receipt: inout WriteReceipt) throws {
  var kept: RangeEditor?
  // expected-error@-1 {{lifetime-dependent variable 'kept' escapes its scope}}
  try file.update(&receipt) { editor in kept = editor }
  // expected-note@-1 {{it depends on the lifetime of argument 'editor'}}
  // expected-note@-2 {{this use causes the lifetime-dependent value to escape}}
  kept?[0] = 1
}
#endif
