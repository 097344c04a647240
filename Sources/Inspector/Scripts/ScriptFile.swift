import RangedMmap
import SystemPackage

struct ScriptFile {
  /// No script that a person or a recording makes is longer, with all that it sources.
  static let limit = 16 << 20
  private static let remedy = "name a file with one command a line"

  let text: String
  let size: Int
  /// Device and inode number.
  let identity: [UInt64]

  /// Reads a file, or standard input for `nil`.
  init(_ path: String?, limit: Int = limit) throws(ScriptError) {
    let name = path ?? ScriptPosition.standardInput
    let bytes: [UInt8]
    do {
      // Without blocking: a FIFO may never have a writer.
      let file =
        try path.map { try FileDescriptor.open(FilePath(typed: $0), .readOnly, options: [.closeOnExec, .nonBlocking]) }
        ?? .standardInput
      defer { if path != nil { try? file.close() } }
      let status = try file.stat()
      identity = status.identity
      if path != nil, status.type != .regular {
        throw ScriptError("\(name): is \(status.type.noun), and no regular file; \(Self.remedy), or pipe it to `-`")
      }
      guard path == nil || status.size <= limit else { throw Self.tooLong(name) }
      bytes = try Self.read(file, atMost: limit)
    } catch let error as ScriptError {
      throw error
    } catch let error as CommandError {
      throw ScriptError(error.description)
    } catch {
      throw ScriptError("\(name): can't read the script (\(error)); \(Self.remedy)")
    }
    guard bytes.count <= limit else { throw Self.tooLong(name) }
    size = bytes.count
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      let line = Self.firstBadLine(bytes)
      throw ScriptError(ScriptPosition(name: name, line: line), "is no text in UTF-8; \(Self.remedy)")
    }
    // Some editors put a mark before the first line.
    self.text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func tooLong(_ name: String) -> ScriptError {
    ScriptError("\(name): is longer than \(limit >> 20) MiB, which no script is; \(remedy)")
  }

  // One byte more than that, if there are more.
  private static func read(_ file: FileDescriptor, atMost limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      // SAFETY: the buffer is the array's own.
      let count = try unsafe part.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      if count == 0 { break }
      bytes += part[..<count]
    }
    return bytes
  }

  private static func firstBadLine(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return 1 + (lines.firstIndex { $0.contains(0) || String(validating: $0, as: UTF8.self) == nil } ?? 0)
  }
}
