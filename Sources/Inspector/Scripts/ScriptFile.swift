import RangedMmap
import SystemPackage

struct ScriptFile {
  /// No script that a person or a recording makes is longer, with all that it sources.
  static let limit = 16 << 20

  /// What a file is read as.
  enum Kind: String {
    case script
    case configuration

    var remedy: String {
      switch self {
      case .script: "name a file with one command a line"
      case .configuration: "put a file there with `set` and `key` lines"
      }
    }
  }

  let text: String
  let size: Int
  /// Device and inode number.
  let identity: [UInt64]

  /// Reads a file, or standard input for `nil`.
  init(_ path: String?, as kind: Kind = .script, limit: Int = limit) throws(ScriptError) {
    let remedy = kind.remedy
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
        let other = kind == .script ? ", or pipe it to `-`" : ""
        throw ScriptError("\(name): is \(status.type.noun), and no regular file; \(remedy)\(other)")
      }
      guard path == nil || status.size <= limit else { throw Self.tooLong(name, kind, limit) }
      bytes = try Self.read(file, atMost: limit)
    } catch let error as ScriptError {
      throw error
    } catch let error as CommandError {
      throw ScriptError(error.description)
    } catch {
      throw ScriptError("\(name): can't read the \(kind) (\(error)); \(remedy)")
    }
    guard bytes.count <= limit else { throw Self.tooLong(name, kind, limit) }
    size = bytes.count
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      let line = Self.firstBadLine(bytes)
      throw ScriptError(ScriptPosition(name: name, line: line), "is no text in UTF-8; \(remedy)")
    }
    // Some editors put a mark before the first line.
    self.text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func tooLong(_ name: String, _ kind: Kind, _ limit: Int) -> ScriptError {
    // A script that is sourced has what the others leave of all that a script may have.
    let limit = kind == .script ? Self.limit : limit
    return ScriptError("\(name): is longer than \(limit >> 20) MiB, which no \(kind) is; \(kind.remedy)")
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
