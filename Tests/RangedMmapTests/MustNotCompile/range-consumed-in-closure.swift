import RangedMmap

// A closure can't consume what it captured: the step stands outside.
#if TWIN
func copy(_ source: MmapFile, _ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt {
  let bytes = range.byteRange
  return try file.write(to: range) { writer in
    try source.withBytes(in: bytes) { writer.append(contentsOf: $0) }
  }
}
#else
func copy(_ source: MmapFile, _ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt {
  // expected-error@-1 {{missing reinitialization of closure capture 'range' after consume}}
  let bytes = range.byteRange
  return try source.withBytes(in: bytes) { try file.write($0, to: range) }
  // expected-note@-1 {{consumed here}}
}
#endif
