import CLinux
public import SystemPackage

/// The file system that a file is on, as it is mounted where the file was opened.
public struct FileSystem: Sendable, Equatable {
  /// Its kind, such as "ext4", "xfs" or "overlay"; nil where it is not known.
  public let name: String?
  /// What is mounted: a device such as "/dev/sda1", a server's path, or any word; nil where it is not known.
  public let device: String?
  /// Where it is mounted, as this process sees it; nil where it is not known.
  public let mountPoint: FilePath?
  /// Whether nothing can be written to it, by way of this mount or at all.
  public let isReadOnly: Bool
  /// Whether it lives in memory alone, so that nothing in it is ever durable: tmpfs, ramfs, hugetlbfs.
  ///
  /// An overlay whose upper layer is in memory reports itself, and is not recognised.
  public let isInMemory: Bool
}

extension PageCache {
  /// Which file system a file is on: fstatfs(2), and the line of its mount in `/proc/thread-self/mountinfo`.
  ///
  /// The line is that of the mount by which the file was opened, not of a path. It is missing, and its three facts are
  /// nil, where `/proc` is not mounted, when the file is on a mount that this process does not see, and for files
  /// without a mount, such as pipes; memfd_create(2) has none either, but its kind is known to be "tmpfs".
  ///
  /// - Parameter file: An open file of any kind, a folder too, also by `O_PATH`.
  /// - Returns: What is known.
  /// - Throws: The reason why not even the rest is known: ``PageCacheError/failed(_:)``, with `EBADF` for a descriptor
  ///   that is closed.
  /// - Complexity: The cost follows the number of mounts, some 0.1 ms for thirty.
  public static func fileSystem(of file: FileDescriptor) throws(PageCacheError) -> FileSystem {
    var raw: UnsafePointer<CChar>?
    var isReadOnly = false
    // SAFETY: the call fills the pointer with a constant or nil, and the flag.
    try PageCacheError.check(unsafe clinux_memory_file_system(file.rawValue, &raw, &isReadOnly))
    // SAFETY: the constant ends with a zero.
    let inMemory = unsafe raw.map { unsafe String(cString: $0) }
    let mount = Mount(of: file)
    return FileSystem(
      name: mount?.kind ?? inMemory, device: mount?.source, mountPoint: mount?.point,
      isReadOnly: isReadOnly, isInMemory: inMemory != nil)
  }
}

/// A line of `/proc/thread-self/mountinfo`.
private struct Mount {
  let kind: String
  let source: String
  let point: FilePath

  /// The mount by which a file was opened, if this thread sees it.
  init?(of file: FileDescriptor) {
    let own = "/proc/thread-self"
    guard let id = try? ProcFile("\(own)/fdinfo/\(file.rawValue)").value(of: "mnt_id"),
      let line = try? ProcFile("\(own)/mountinfo").lines.first(where: { $0.starts(with: Array("\(id) ".utf8)) })
    else { return nil }
    // "36 35 98:0 /root/of/mount /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw": fields that vary end with "-".
    let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard let dash = fields.dropFirst(6).firstIndex(of: [UInt8(ascii: "-")]), fields.count > dash + 2 else {
      return nil
    }
    kind = Self.text(fields[dash + 1])
    source = Self.text(fields[dash + 2])
    let path = Self.unescaped(fields[4])
    // SAFETY: the array ends with a zero.
    point = unsafe FilePath(platformString: path.map { CChar(bitPattern: $0) } + [0])
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: unescaped(field), as: UTF8.self) }

  /// Undoes what the kernel does to blanks, line ends, backslashes and "#": three octal digits, as in "\040".
  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(3), as: UTF8.self)
      if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let escaped = UInt8(digits, radix: 8) {
        bytes.append(escaped)
        rest.removeFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
