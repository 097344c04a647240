import PageCache
import RangedMmap

/// Bytes of a file as they are now, and which of them are gone.
package struct FoundBytes: Sendable {
  /// What there is, from the first wanted byte on.
  package let bytes: [UInt8]
  /// The wanted offsets that the file had when it was opened, and that it has no more.
  package let missing: Range<Int>
  package let end: Int

  /// What is missing and why; `nil` if nothing is.
  package var shortfall: String? {
    guard !missing.isEmpty else { return nil }
    return "a program cut the file short, to \(counted(end, "byte")): "
      + "\(counted(missing.count, "byte")) from \(address(missing.lowerBound)) on "
      + (missing.count == 1 ? "is gone" : "are gone")
  }
}

extension MmapFile {
  /// What the file holds now at some offsets, without those after the end that it had when it was opened.
  package func presentBytes(_ bytes: Range<Int>) throws(CommandError) -> FoundBytes {
    if let copied = quietCopy(bytes.clamped(to: 0..<size)) { return found(copied, of: bytes) }
    do throws(MmapFileError) { return found(try peek(bytes), of: bytes) } catch { throw CommandError(error) }
  }

  // Without a trace; `nil` where only read(2) can read, or says why it can't be read.
  private func quietCopy(_ bytes: Range<Int>) -> [UInt8]? {
    guard let window = QuietWindow(of: descriptor, bytes: bytes) else { return nil }
    // SAFETY: `count` counts what was filled in.
    return try? unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      count = try unsafe window.copy(from: bytes.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// The result of a read that found the first of some bytes.
  func found(_ found: [UInt8], of bytes: Range<Int>) -> FoundBytes {
    let missing = bytes.clamped(to: 0..<size).dropFirst(found.count)
    guard !missing.isEmpty else { return FoundBytes(bytes: found, missing: missing, end: size) }
    // It may have grown again since; it ended where the read did.
    return FoundBytes(bytes: found, missing: missing, end: min(cut?.end ?? size, missing.lowerBound))
  }

  var presentSize: Int { (try? PageCache.size(of: descriptor)) ?? size }

  var isDevice: Bool { (try? PageCache.isDevice(descriptor)) ?? false }

  var presentPages: Int { Alignment.pages(in: presentSize) }

  /// What is missing of the whole file; `nil` if it is as long as when it was opened.
  var cut: FoundBytes? {
    let end = presentSize
    guard end < size else { return nil }
    return FoundBytes(bytes: [], missing: end..<size, end: end)
  }

  /// What is missing of some of its bytes, by the file's present end; `nil` if nothing is.
  func shortfall(of bytes: Range<Int>) -> String? {
    guard let cut else { return nil }
    return FoundBytes(bytes: [], missing: cut.missing.clamped(to: bytes), end: cut.end).shortfall
  }

  func requirePage(_ page: Int, of count: Int? = nil) throws(CommandError) {
    let count = count ?? states.count
    guard page < count else { throw CommandError("page \(page): the last page is \(count - 1)") }
  }

  func requireByte(_ offset: Int) throws(CommandError) {
    guard offset < size else {
      throw CommandError("byte \(address(offset)): the last byte is \(address(size - 1))")
    }
  }
}

extension Alignment {
  static func bytes(of pages: Range<Int>) -> Range<Int> { pages.lowerBound * page..<pages.upperBound * page }
}
