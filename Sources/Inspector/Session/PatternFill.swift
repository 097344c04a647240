import Glibc
import RangedMmap
import SystemPackage

/// A pattern with all that it needs at hand, ready to fill memory and to be compared with it.
struct PatternFill: Sendable {
  let pattern: Pattern
  // The bytes that are repeated, for patterns that have some.
  private let source: [UInt8]

  /// Gets a pattern ready for ranges of at most `byteCount` bytes; a file is read now.
  init(_ pattern: Pattern, byteCount: Int) throws(CommandError) {
    self.pattern = pattern
    switch pattern {
    case .text(let text): source = Array(text.utf8)
    case .file(let path): source = try Self.load(path, atMost: byteCount)
    default: source = []
    }
  }

  /// Fills memory that stands for the bytes of the file from `offset` on, in a range that starts at `start`.
  func fill(_ memory: UnsafeMutableRawBufferPointer, offset: Int, start: Int) {
    switch pattern {
    case .byte(let byte): unsafe memory.initializeMemory(as: UInt8.self, repeating: byte)
    case .text, .file:
      for index in memory.indices { unsafe memory[index] = source[(offset - start + index) % source.count] }
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
  ///   - output: The range's memory.
  ///   - start: The range's offset in the file.
  ///   - advance: Told after each piece how many pages it had; what it throws ends the filling.
  /// - Throws: What `advance` throws.
  func fill(_ output: inout OutputRawSpan, start: Int, _ advance: (Int) throws -> Void = { _ in }) throws {
    // SAFETY: each piece is filled whole, and then counted as filled.
    try unsafe output.withUnsafeMutableBytes { memory, filled in
      while filled < memory.count {
        let piece = filled..<min(filled + Self.pieceSize, memory.count)
        unsafe fill(UnsafeMutableRawBufferPointer(rebasing: memory[piece]), offset: start + filled, start: start)
        filled = piece.upperBound
        try advance(Alignment.pages(in: piece.count))
      }
    }
  }

  /// Where `bytes`, which start a range at `start`, first differ from the pattern.
  ///
  /// - Parameters:
  ///   - bytes: The range's bytes.
  ///   - start: The range's offset in the file.
  ///   - advance: Told after each piece how many pages it had; false ends the comparison.
  /// - Returns: The place and both bytes, or `nil` if there was no difference as far as was compared.
  func firstDifference(
    _ bytes: RawSpan, start: Int, _ advance: (Int) -> Bool = { _ in true }
  ) -> (offset: Int, expected: UInt8, found: UInt8)? {
    var scratch = [UInt8](repeating: 0, count: min(bytes.byteCount, 1 << 16))
    for position in stride(from: 0, to: bytes.byteCount, by: scratch.count) {
      let part = min(scratch.count, bytes.byteCount - position)
      // SAFETY: `part` bytes of the array are filled; the span is read within its length.
      let isEqual = unsafe scratch.withUnsafeMutableBytes { scratch in
        unsafe fill(UnsafeMutableRawBufferPointer(rebasing: scratch[..<part]), offset: start + position, start: start)
        return unsafe bytes.extracting(position..<position + part).withUnsafeBytes { found in
          guard let mine = scratch.baseAddress, let theirs = found.baseAddress else { return true }
          return unsafe memcmp(mine, theirs, part) == 0
        }
      }
      if !isEqual {
        for index in 0..<part {
          let found = unsafe bytes.unsafeLoad(fromByteOffset: position + index, as: UInt8.self)
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

  private static func load(_ path: String, atMost byteCount: Int) throws(CommandError) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      let wanted = min(byteCount, Int(try file.stat().size))
      var bytes = [UInt8](repeating: 0, count: wanted)
      // SAFETY: the buffer is the array's own, and is filled within its length.
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      bytes.removeLast(wanted - count)
      guard !bytes.isEmpty else {
        throw CommandError("\(path): has no bytes of a known size; a pattern needs a regular file of at least one")
      }
      return bytes
    } catch let error as CommandError { throw error } catch {
      throw CommandError("\(path): can't be read as a pattern (\(error)); name a file that can be read")
    }
  }
}
