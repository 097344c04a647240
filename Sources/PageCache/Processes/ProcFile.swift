import Glibc
import SystemPackage

/// A small file of `/proc`, whose text the kernel makes up when it is read.
struct ProcFile {
  /// All of it.
  let bytes: [UInt8]
  /// Its lines, without their ends and those that are empty.
  var lines: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "\n")) }

  /// Reads all of it, or throws why it can't be read.
  init(_ path: String) throws(Errno) {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 14)
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
      try file.closeAfter {
        while true {
          // SAFETY: read fills no more than the part has.
          let count = try unsafe part.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
          if count == 0 { break }
          bytes += part.prefix(count)
        }
      }
    } catch { throw error as? Errno ?? .ioError }
    self.bytes = bytes
  }

  /// The first word of a line `name:    value`, as in fdinfo.
  func value(of name: String) -> String? {
    let start = Array("\(name):".utf8)
    return lines.first { $0.starts(with: start) }
      .flatMap { $0.dropFirst(start.count).split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.first }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
