extension Span<UInt8> {
  /// The integer that starts at an offset, its least significant byte first.
  ///
  /// ``MmapFile/withBytes(of:_:)-(_,(Span<UInt8>)->Result)`` lends such a span. An offset from which it would end
  /// behind the span traps.
  ///
  /// - Parameters:
  ///   - offset: Counted from the span's start; need not be aligned.
  ///   - type: The integer's type, where the use does not determine it.
  /// - Returns: The integer.
  /// - Complexity: O(n) in the bytes of the integer.
  @inlinable
  public func load<Value: FixedWidthInteger>(littleEndianAt offset: Int, as type: Value.Type = Value.self) -> Value {
    let size = Value.bitWidth / 8
    precondition(offset >= 0 && size <= count - offset, "bytes outside of the span")
    var value: Value = 0
    for byte in 0..<size { value |= Value(truncatingIfNeeded: self[offset + byte]) << (8 * byte) }
    return value
  }

  /// The integer that starts at an offset, its most significant byte first; else as with the least significant one
  /// first.
  @inlinable
  public func load<Value: FixedWidthInteger>(bigEndianAt offset: Int, as type: Value.Type = Value.self) -> Value {
    load(littleEndianAt: offset, as: type).byteSwapped
  }
}
