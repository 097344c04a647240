/// A page-aligned buffer for each thread, with the filler that is verified at the end.
final class Buffers {
  static let filler: UInt8 = 7
  let each: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ count: Int, size: Int) {
    self.count = count
    each = .allocate(capacity: count)
    for index in 0..<count {
      let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
      buffer.initializeMemory(as: UInt8.self, repeating: Self.filler, count: size)
      each[index] = buffer.assumingMemoryBound(to: CChar.self)
    }
  }

  deinit {
    for index in 0..<count { UnsafeMutableRawPointer(each[index])?.deallocate() }
    each.deallocate()
  }
}
