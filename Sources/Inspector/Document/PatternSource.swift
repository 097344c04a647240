import RangedMmap
import SystemPackage

/// The bytes that a pattern repeats: a text's, or a file's, which may be larger than memory and is read in pieces.
final class PatternSource: Sendable {
  /// The identity and the times of a file, which show later whether it has changed; all ranges filled from it share one.
  final class Stamp: Sendable, Equatable {
    private let numbers: [Int]

    fileprivate init(_ status: Stat) {
      numbers = status.identity.map { Int(truncatingIfNeeded: $0) } + status.changes
    }

    static func == (one: Stamp, other: Stamp) -> Bool { one.numbers == other.numbers }
  }

  private static let need = "a pattern needs a regular file of at least one byte"
  // A file up to this size is read once, and not at each repetition.
  private static let smallSize = 1 << 20
  // Shorter contents are repeated up to this size, for fewer copies; larger files are read in pieces of it.
  private static let pieceSize = 1 << 16

  /// The bytes of one repetition.
  let size: Int
  /// The file's, when it was opened.
  let stamp: Stamp?
  private let path: String
  private let file: FileDescriptor?
  // The bytes, once or repeated; empty where they are read from the file.
  private let row: [UInt8]
  private let mostPerRead: Int

  private init(_ path: String, _ file: FileDescriptor?, _ status: Stat?, _ bytes: [UInt8], _ mostPerRead: Int) {
    self.path = path
    self.file = file
    self.mostPerRead = mostPerRead
    size = status.map { Int($0.size) } ?? bytes.count
    stamp = status.map { Stamp($0) }
    var row = bytes
    while !row.isEmpty, row.count * 2 <= Self.pieceSize { row += row }
    self.row = row
  }

  deinit { try? file?.close() }

  /// The bytes of a text, which has some.
  convenience init(text: String) { self.init("", nil, nil, Array(text.utf8), 0) }

  /// Opens a file, and reads it if it is small.
  ///
  /// It must not be the target, which is to be filled. One pread(2) of Linux reads up to 2 GiB less a page.
  convenience init(
    file path: String, for target: FileDescriptor? = nil, mostPerRead: Int = pieceSize
  ) throws(CommandError) {
    do {
      // Without blocking: a FIFO may never have a writer.
      let file = try FileDescriptor.open(FilePath(typed: path), .readOnly, options: [.closeOnExec, .nonBlocking])
      do {
        let status = try Self.check(path, file, for: target)
        var bytes: [UInt8] = []
        if status.size <= Self.smallSize {
          bytes = [UInt8](repeating: 0, count: Int(status.size))
          // SAFETY: the buffer is the array's own.
          try unsafe bytes.withUnsafeMutableBytes {
            try unsafe Self.read(path, file, $0, at: 0, of: $0.count, mostPerRead)
          }
        }
        self.init(path, file, status, bytes, mostPerRead)
      } catch {
        try? file.close()
        throw error
      }
    } catch { throw Self.refusal(path, error) }
  }

  private static func check(_ path: String, _ file: FileDescriptor, for target: FileDescriptor?) throws -> Stat {
    let status = try file.stat()
    guard status.type == .regular else {
      throw CommandError("\(path): is \(status.type.noun), and no regular file; \(need)")
    }
    guard status.size > 0 else { throw CommandError("\(path): has no bytes of a known size; \(need)") }
    if let target, target.isSameFile(as: file) {
      throw CommandError("\(path): is the file that is filled; name another one for the pattern")
    }
    return status
  }

  /// Fills memory with the endless repetition of the bytes, from a position on.
  func fill(_ memory: UnsafeMutableRawBufferPointer, from position: Int) throws(CommandError) {
    var scratch = [UInt8](repeating: 0, count: row.isEmpty ? min(memory.count, Self.pieceSize) : 0)
    var filled = 0
    while filled < memory.count {
      let place = (position + filled) % size
      // SAFETY: `filled` is below the count.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
      guard row.isEmpty, let file else {
        // SAFETY: as much as both have from there on.
        filled += unsafe row[place...].withUnsafeBytes { unsafe Self.copy($0, to: rest) }
        continue
      }
      let count = min(scratch.count, rest.count, size - place)
      // Into our own memory first: pread(2) into pages that are gone fails as if the source were to blame.
      do {
        // SAFETY: the array has at least so many bytes.
        filled += try unsafe scratch.withUnsafeMutableBytes { scratch in
          let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])
          try unsafe Self.read(path, file, piece, at: place, of: size, mostPerRead)
          return unsafe Self.copy(UnsafeRawBufferPointer(piece), to: rest)
        }
      } catch { throw Self.refusal(path, error) }
    }
  }

  /// Fails if a file that is read in pieces has changed since it was opened.
  func checkUnchanged() throws(CommandError) {
    guard let file, row.isEmpty else { return }
    guard let status = try? file.stat(), Stamp(status) == stamp else {
      throw CommandError("\(path): changed while its bytes were taken as a pattern; try again when it rests")
    }
  }

  private static func copy(_ bytes: UnsafeRawBufferPointer, to memory: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(bytes.count, memory.count)
    unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    return count
  }

  private static func read(
    _ path: String, _ file: FileDescriptor, _ memory: UnsafeMutableRawBufferPointer, at place: Int, of size: Int,
    _ most: Int
  ) throws {
    let count = try unsafe file.readAll(into: memory, from: place, atMost: most)
    guard count == memory.count else {
      // Cut meanwhile, or a file of sysfs, whose size is not the count of its bytes.
      throw CommandError(
        "\(path): ends after \(counted(place + count, "byte")), and its size was \(size) when it was opened; \(need)")
    }
  }

  private static func refusal(_ path: String, _ error: any Error) -> CommandError {
    error as? CommandError
      ?? CommandError("\(path): can't be read as a pattern (\(error)); name a file that can be read")
  }
}
