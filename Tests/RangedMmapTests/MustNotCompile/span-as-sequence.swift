import RangedMmap

// A span is lent, and no sequence, which could be kept.
#if TWIN
func sum(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> (Int, String, [UInt8]) {
  try file.withBytes(of: receipt) { bytes in
    var sum = 0
    for index in bytes.indices { sum += Int(bytes[index]) }
    return (sum, String(copying: try UTF8Span(validating: bytes)), bytes.indices.map { bytes[$0] })
  }
}
#else
func sum(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> Int {
  try file.withBytes(of: receipt) { bytes in
    var sum = 0
    for byte in bytes { sum += Int(byte) }
    // expected-error@-1 {{for-in loop requires 'Span<UInt8>' to conform to 'Sequence'}}
    return sum
  }
}
func text(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> String {
  try file.withBytes(of: receipt) { bytes in String(decoding: bytes, as: UTF8.self) }
  // expected-error@-1 {{initializer 'init(decoding:as:)' requires that 'Span<UInt8>' conform to 'Collection'}}
}
#endif
