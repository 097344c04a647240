import Glibc
import RangedMmap

/// What ranges were filled with; all that one fill wrote share it.
final class Content: Sendable {
  let pattern: Pattern
  /// The state that the pattern's file had then, if it is a file.
  let stamp: PatternSource.Stamp?

  init(pattern: Pattern, stamp: PatternSource.Stamp?) { (self.pattern, self.stamp) = (pattern, stamp) }
}

/// A pattern that is ready to fill memory and to be compared with it.
struct PatternFill: Sendable {
  let content: Content
  // For patterns that repeat something.
  private let source: PatternSource?

  /// Opens the pattern's file, if it is one; `target` is the file to be filled, which can't be its own pattern.
  init(_ pattern: Pattern, for target: FileDescriptor? = nil) throws(CommandError) {
    switch pattern {
    case .text(let text): self.init(pattern, PatternSource(text: text))
    case .file(let path): self.init(pattern, try PatternSource(file: path, for: target))
    default: self.init(pattern, nil)
    }
  }

  init(_ pattern: Pattern, _ source: PatternSource?) {
    content = Content(pattern: pattern, stamp: source?.stamp)
    self.source = source
  }

  /// Fills memory that is the file from `offset` on, in a range that starts at `start`.
  func fill(_ memory: UnsafeMutableRawBufferPointer, offset: Int, start: Int) throws(CommandError) {
    // SAFETY: each way of filling stays within the memory that the caller lends.
    switch content.pattern {
    case .byte(let byte): unsafe memory.initializeMemory(as: UInt8.self, repeating: byte)
    case .text, .file: try unsafe source?.fill(memory, from: offset - start)
    case .counter:
      unsafe fillWords(memory, offset) { UInt64($0 & 0xff) &* 0x0101_0101_0101_0101 &+ 0x0706_0504_0302_0100 }
    case .page: unsafe fillWords(memory, offset) { UInt64($0 / Alignment.page) }
    case .random(let seed): unsafe fillWords(memory, offset) { SplitMix64.output(UInt64($0) / 8, of: seed) }
    }
  }

  // After each of these pieces progress is reported, and the filling can be stopped.
  private static let pieceSize = 1 << 20

  /// Fills a range in place, with no copy.
  ///
  /// `advance` gets the number of pages of each piece; what it throws ends the filling.
  func fill(_ writer: RangeWriter, start: Int, _ advance: (Int) throws -> Void = { _ in }) throws {
    while writer.remaining > 0 {
      let filled = writer.count
      // SAFETY: each piece is filled whole.
      try unsafe writer.append(upTo: Self.pieceSize) { memory throws(CommandError) in
        try unsafe fill(memory, offset: start + filled, start: start)
        return memory.count
      }
      try advance(Alignment.pages(in: writer.count - filled))
    }
    try source?.checkUnchanged()
  }

  /// Where the bytes of a range that starts at `start` first differ from the pattern; `nil` if nowhere.
  ///
  /// `advance` gets the number of pages of each piece; false ends the comparison.
  func firstDifference(
    _ bytes: Span<UInt8>, start: Int, _ advance: (Int) -> Bool = { _ in true }
  ) throws -> (offset: Int, expected: UInt8, found: UInt8)? {
    // 64 KiB stay in the processor's cache from the filling to the comparison.
    var scratch = [UInt8](repeating: 0, count: min(bytes.count, 1 << 16))
    for position in stride(from: 0, to: bytes.count, by: scratch.count) {
      let part = min(scratch.count, bytes.count - position)
      // SAFETY: `part` bytes of the array are filled; the span is read within its length.
      let isEqual = try unsafe scratch.withUnsafeMutableBytes { scratch in
        try unsafe fill(
          UnsafeMutableRawBufferPointer(rebasing: scratch[..<part]), offset: start + position, start: start)
        return unsafe bytes.extracting(position..<position + part).withUnsafeBytes { found in
          guard let mine = scratch.baseAddress, let theirs = found.baseAddress else { return true }
          return unsafe memcmp(mine, theirs, part) == 0
        }
      }
      if !isEqual, let index = (0..<part).first(where: { bytes[position + $0] != scratch[$0] }) {
        return (start + position + index, scratch[index], bytes[position + index])
      }
      guard advance(Alignment.pages(in: part)) else { return nil }
    }
    return nil
  }

  // Offsets of ranges are multiples of 8; only the last range of a file may end in the middle of a word.
  private func fillWords(_ memory: UnsafeMutableRawBufferPointer, _ offset: Int, _ word: (Int) -> UInt64) {
    for position in stride(from: 0, to: memory.count, by: 8) {
      let value = word(offset + position).littleEndian
      if position + 8 <= memory.count {
        // SAFETY: the bound was checked just above.
        unsafe memory.storeBytes(of: value, toByteOffset: position, as: UInt64.self)
      } else {
        for byte in 0..<(memory.count - position) {
          unsafe memory[position + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
        }
      }
    }
  }
}
