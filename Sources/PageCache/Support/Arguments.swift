extension PageCache {
  /// How many pages a file can have, whose size is an `Int` of bytes.
  static var mostPages: Int { Int.max / pageSize + 1 }

  /// How many pages hold so many bytes, the last of them perhaps in part.
  static func pages(in bytes: Int) -> Int { bytes / pageSize + (bytes % pageSize > 0 ? 1 : 0) }

  /// The pages of a range that a file can have.
  static func possible(_ pages: Range<Int>) -> Range<Int> { pages.clamped(to: 0..<mostPages) }

  /// Traps unless a range is one of offsets into a file.
  static func require(bytes: Range<Int>) {
    precondition(bytes.lowerBound >= 0, "bytes: expected offsets into a file, from 0, and not \(bytes)")
  }

  /// Traps unless a range is one of pages of a file.
  static func require(pages: Range<Int>) {
    precondition(pages.lowerBound >= 0, "pages: expected pages of a file, from 0, and not \(pages)")
  }
}
