import RangedMmap

// Nor are the bytes of a file that is only read.
#if TWIN
func first(_ file: MmapFile) throws -> UInt8 { try file.withBytes(in: 0..<1) { bytes in bytes[0] } }
#else
func first(_ file: MmapFile) throws -> UInt8 {
  var kept = Span<UInt8>()
  // expected-error@-1 {{lifetime-dependent variable 'kept' escapes its scope}}
  try file.withBytes(in: 0..<1) { bytes in kept = bytes }
  // expected-note@-1 {{it depends on the lifetime of argument 'bytes'}}
  // expected-note@-2 {{this use causes the lifetime-dependent value to escape}}
  return kept[0]
}
#endif
