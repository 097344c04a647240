import Glibc
import RangedMmap
import SystemPackage

/// What a range was filled with.
struct Content: Sendable {
  let pattern: Pattern
  /// How the file was then that is the pattern, if one is.
  let stamp: PatternSource.Stamp?
}

/// A pattern with all that it needs at hand, ready to fill memory and to be compared with it.
struct PatternFill: Sendable {
  let content: Content
  // For patterns that repeat something.
  private let source: PatternSource?

  /// Gets a pattern ready; a file is opened now.
  ///
  /// - Parameters:
  ///   - pattern: The pattern.
  ///   - target: The file that is to be filled, which can't serve as its own pattern.
  /// - Throws: What is wrong with the file that is the pattern.
  init(_ pattern: Pattern, for target: FileDescriptor? = nil) throws(CommandError) {
    switch pattern {
    case .text(let text): self.init(pattern, PatternSource(text: text))
    case .file(let path): self.init(pattern, try PatternSource(file: path, for: target))
    default: self.init(pattern, nil)
    }
  }

  /// A pattern that repeats these bytes.
  init(_ pattern: Pattern, _ source: PatternSource?) {
    content = Content(pattern: pattern, stamp: source?.stamp)
    self.source = source
  }

  /// Fills memory that stands for the bytes of the file from `offset` on, in a range that starts at `start`.
  func fill(_ memory: UnsafeMutableRawBufferPointer, offset: Int, start: Int) throws(CommandError) {
    switch content.pattern {
    case .byte(let byte): unsafe memory.initializeMemory(as: UInt8.self, repeating: byte)
    case .text, .file: try unsafe source?.fill(memory, from: offset - start)
    case .counter:
      unsafe fillWords(memory, offset) { UInt64($0 & 0xff) &* 0x0101_0101_0101_0101 &+ 0x0706_0504_0302_0100 }
    case .page: unsafe fillWords(memory, offset) { UInt64($0 / Alignment.page) }
    case .random(let seed): unsafe fillWords(memory, offset) { SplitMix64.output(UInt64($0) / 8, of: seed) }
    }
  }

  // Between two of these pieces somebody may look how far it has come, or end it.
  private static let pieceSize = 1 << 20

  /// Fills a range in place, with no copy.
  ///
  /// - Parameters:
  ///   - writer: What the range is filled through.
  ///   - start: The range's offset in the file.
  ///   - advance: Told after each piece how many pages it had; what it throws ends the filling.
  /// - Throws: What `advance` throws, or what is wrong with the file that is the pattern.
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

  /// Where `bytes`, which start a range at `start`, first differ from the pattern.
  ///
  /// - Parameters:
  ///   - bytes: The range's bytes.
  ///   - start: The range's offset in the file.
  ///   - advance: Told after each piece how many pages it had; false ends the comparison.
  /// - Returns: The place and both bytes, or `nil` if there was no difference as far as was compared.
  /// - Throws: What is wrong with the file that is the pattern.
  func firstDifference(
    _ bytes: Span<UInt8>, start: Int, _ advance: (Int) -> Bool = { _ in true }
  ) throws -> (offset: Int, expected: UInt8, found: UInt8)? {
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
      if !isEqual {
        for index in 0..<part {
          let found = bytes[position + index]
          if found != scratch[index] { return (start + position + index, scratch[index], found) }
        }
      }
      guard advance(Alignment.pages(in: part)) else { return nil }
    }
    return nil
  }

  // Offsets of ranges are multiples of 8, only the last range of a file may end in the middle of a word.
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
