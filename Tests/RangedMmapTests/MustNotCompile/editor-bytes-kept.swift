import RangedMmap

// The bytes that an editor shows stay with it.
#if TWIN
func look(_ file: MmapFile, _ receipt: inout WriteReceipt) throws {
  try file.update(&receipt) { editor in editor[0] = editor.withBytes { $0[1] } }
}
#else
func look(_ file: MmapFile, _ receipt: inout WriteReceipt) throws {
  try file.update(&receipt) { editor in
    var kept = Span<UInt8>()
    // expected-error@-1 {{lifetime-dependent variable 'kept' escapes its scope}}
    editor.withBytes { kept = $0 }
    // expected-note@-1 {{it depends on the lifetime of argument '$0'}}
    // expected-note@-2 {{this use causes the lifetime-dependent value to escape}}
    editor[0] = kept[1]
  }
}
#endif
