import PageCache
import RangedMmap
import SystemPackage

/// Bytes of a file as they are now, for somebody to see, who must be told if some of them are gone.
package struct FoundBytes: Sendable {
  /// What there is, from the first byte asked for on.
  package let bytes: [UInt8]
  /// The offsets that were asked for, that the file had when it was opened, and that it has no more.
  package let missing: Range<Int>
  package let end: Int

  /// What is missing and why, for whoever knows the file; `nil` if nothing is.
  package var shortfall: String? {
    guard !missing.isEmpty else { return nil }
    return "somebody cut the file short, to \(counted(end, "byte")): "
      + "\(counted(missing.count, "byte")) from 0x\(hex(missing.lowerBound, width: 1)) on "
      + (missing.count == 1 ? "is gone" : "are gone")
  }
}

extension MmapFile {
  /// Reads what the file holds now.
  ///
  /// - Parameter bytes: Offsets into the file; those after the end that it had when it was opened are left out.
  /// - Returns: The bytes, and which of them are gone.
  /// - Throws: Why nothing can be read.
  package func look(at bytes: Range<Int>) throws(CommandError) -> FoundBytes {
    if let copied = glance(bytes.clamped(to: 0..<size)) { return found(copied, of: bytes) }
    do throws(MmapFileError) { return found(try peek(bytes), of: bytes) } catch { throw CommandError(error) }
  }

  // Without a trace; `nil` where only read(2) tells, or tells why it can't be done.
  private func glance(_ bytes: Range<Int>) -> [UInt8]? {
    guard let window = QuietWindow(of: descriptor, bytes: bytes) else { return nil }
    // SAFETY: `count` counts what was filled in.
    return try? unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      count = try unsafe window.copy(from: bytes.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// What was found of some bytes, those from the first one on.
  func found(_ found: [UInt8], of bytes: Range<Int>) -> FoundBytes {
    let missing = bytes.clamped(to: 0..<size).dropFirst(found.count)
    guard !missing.isEmpty else { return FoundBytes(bytes: found, missing: missing, end: size) }
    // It may have grown again: then it ended where the reading did.
    return FoundBytes(bytes: found, missing: missing, end: min(cut?.end ?? size, missing.lowerBound))
  }

  /// How long the file is now, in bytes.
  var presentSize: Int { (try? PageCache.size(of: descriptor)) ?? size }

  /// Whether it is a block device.
  var isDevice: Bool { (try? PageCache.isDevice(descriptor)) ?? false }

  /// How many pages it has now.
  var presentPages: Int { Alignment.pages(in: presentSize) }

  /// What is missing of the whole file; `nil` if it is as long as when it was opened.
  var cut: FoundBytes? {
    let end = presentSize
    guard end < size else { return nil }
    return FoundBytes(bytes: [], missing: end..<size, end: end)
  }

  /// What is missing of some of its bytes and why, as far as the file's end tells; `nil` if nothing is.
  func shortfall(of bytes: Range<Int>) -> String? {
    guard let cut else { return nil }
    return FoundBytes(bytes: [], missing: cut.missing.clamped(to: bytes), end: cut.end).shortfall
  }
}
