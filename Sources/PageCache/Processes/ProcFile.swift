import Glibc
import SystemPackage

/// A small file of `/proc`, whose text the kernel makes up when it is read.
struct ProcFile {
  /// All of it.
  let bytes: [UInt8]
  /// Its lines, without their ends and those that are empty.
  var lines: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "\n")) }

  init(_ path: String) throws(Errno) {
    var bytes: [UInt8] = []
    try Self.read(path) { part in
      bytes += part
      return true
    }
    self.bytes = bytes
  }

  /// Goes through the lines of a long file, until `body` returns false: a program with 65,530 mappings has 6 MiB of
  /// them.
  static func forEachLine(of path: String, _ body: (ArraySlice<UInt8>) -> Bool) throws(Errno) {
    var begun: [UInt8] = []
    let newline = UInt8(ascii: "\n")
    try read(path) { part in
      var rest = part
      while let end = rest.firstIndex(of: newline) {
        let line = begun.isEmpty ? rest[..<end] : (begun + rest[..<end])[...]
        begun.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
        if !line.isEmpty, !body(line) { return false }
      }
      begun += rest
      return true
    }
    if !begun.isEmpty { _ = body(begun[...]) }
  }

  private static func read(_ path: String, _ body: (ArraySlice<UInt8>) -> Bool) throws(Errno) {
    // 16 KiB: most files of /proc in one call.
    var part = [UInt8](repeating: 0, count: 1 << 14)
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
      try file.closeAfter {
        while true {
          // SAFETY: read fills no more than the part has.
          let count = try unsafe part.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
          if count == 0 || !body(part[..<count]) { break }
        }
      }
    } catch { throw error as? Errno ?? .ioError }
  }

  /// The first word of a line `name:    value`, as in fdinfo.
  func value(of name: String) -> String? {
    let start = Array("\(name):".utf8)
    return lines.first { $0.starts(with: start) }
      .flatMap { $0.dropFirst(start.count).split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.first }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
