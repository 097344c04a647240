/// How many bytes the device of a file has written, for all who use it.
///
/// It is field 7 of `/sys/dev/block/MAJOR:MINOR/stat`, in sectors of 512 bytes (Documentation/block/stat.rst in Linux). The
/// journal of a file system is in it, and so is what other programs write to the same device.
package struct DeviceCounter: Sendable {
  private let path: String

  /// By the numbers of ``PageCache/identity(of:)``; `nil` where they are of no single device: btrfs, tmpfs, overlayfs, FUSE,
  /// NFS.
  package init?(_ device: (major: UInt32, minor: UInt32)) {
    path = "/sys/dev/block/\(device.major):\(device.minor)/stat"
    if bytes == nil { return nil }
  }

  /// Since the system started; `nil` where the kernel does not say.
  package var bytes: Int? {
    guard let fields = try? ProcFile(path).bytes.split(separator: UInt8(ascii: " ")), fields.count > 6 else {
      return nil
    }
    return Int(String(decoding: fields[6], as: UTF8.self)).map { $0 * 512 }
  }
}
