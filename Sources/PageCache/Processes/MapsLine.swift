/// A line of `/proc/PID/maps`: "7f00-7f10 rw-s 00000000 fe:00 737    /path".
struct MapsLine {
  let device: ArraySlice<UInt8>
  let inode: ArraySlice<UInt8>
  private let range: ArraySlice<UInt8>
  private let permissions: ArraySlice<UInt8>
  private let fileOffset: ArraySlice<UInt8>

  init?(_ line: ArraySlice<UInt8>) {
    // The path may hold anything, and comes after the fifth blank.
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard fields.count >= 5 else { return nil }
    (range, permissions, fileOffset, device, inode) = (fields[0], fields[1], fields[2], fields[3], fields[4])
  }

  /// The addresses that are mapped.
  var addresses: Range<UInt>? {
    let ends = range.split(separator: UInt8(ascii: "-")).compactMap {
      UInt(String(decoding: $0, as: UTF8.self), radix: 16)
    }
    return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
  }

  /// Where in the file it begins.
  var offset: UInt64? { UInt64(String(decoding: fileOffset, as: UTF8.self), radix: 16) }

  /// Whether the process may store there, into the file or into a copy of its own.
  var isWritable: Bool { permissions.contains(UInt8(ascii: "w")) }

  /// What the process can do by it.
  var mapping: FileUser.Mapping {
    permissions.contains(UInt8(ascii: "s")) && isWritable ? .writable : .readOnly
  }
}
