import Glibc
import RangedMmap
import SystemPackage

/// The bytes that a pattern repeats: those of a text, or of a file, which is read in pieces and may be larger than
/// memory.
final class PatternSource: Sendable {
  /// What tells later whether a file is still as it was; one object for all ranges that were filled from it.
  final class Stamp: Sendable, Equatable {
    private let numbers: [Int]

    fileprivate init(_ status: Stat) {
      numbers = status.identity.map { Int(truncatingIfNeeded: $0) } + status.changes
    }

    static func == (one: Stamp, other: Stamp) -> Bool { one.numbers == other.numbers }
  }

  private static let need = "a pattern needs a regular file of at least one byte"
  // A file that is no longer is read once, and not each time that its bytes are repeated.
  private static let smallSize = 1 << 20
  // What is shorter is repeated beforehand, so that it is not copied byte by byte; large files are read in pieces of it.
  private static let pieceSize = 1 << 16

  /// How many bytes there are before they begin anew.
  let size: Int
  /// Of a file: how it was when it was opened.
  let stamp: Stamp?
  private let path: String
  private let file: FileDescriptor?
  // The bytes, once or several times over; empty where they are read from the file.
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
  /// - Parameters:
  ///   - path: The file.
  ///   - target: The file that is to be filled with its bytes, which must be another one.
  ///   - mostPerRead: How many bytes one pread(2) is asked for at most; Linux gives 2 GiB less a page at the very most.
  /// - Throws: The path and what is wrong with it.
  convenience init(
    file path: String, for target: FileDescriptor? = nil, mostPerRead: Int = pieceSize
  ) throws(CommandError) {
    do {
      // Without blocking: nobody may ever write to a FIFO.
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

  /// Fills memory with what stands, in the endless row of the bytes, from a place on.
  func fill(_ memory: UnsafeMutableRawBufferPointer, from position: Int) throws(CommandError) {
    var scratch = [UInt8](repeating: 0, count: row.isEmpty ? min(memory.count, Self.pieceSize) : 0)
    var filled = 0
    while filled < memory.count {
      let place = (position + filled) % size
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
      guard row.isEmpty, let file else {
        // SAFETY: as much as both have from there on.
        filled += unsafe row[place...].withUnsafeBytes { unsafe Self.copy($0, to: rest) }
        continue
      }
      let count = min(scratch.count, rest.count, size - place)
      // By way of memory of our own: pread(2) into pages that are gone fails as if the source were to blame.
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

  // As many bytes as there is room for.
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
      // Cut meanwhile, or one of sysfs, whose sizes are not those of what they give.
      throw CommandError(
        "\(path): ends after \(counted(place + count, "byte")), and its size was \(size) when it was opened; \(need)")
    }
  }

  private static func refusal(_ path: String, _ error: any Error) -> CommandError {
    error as? CommandError
      ?? CommandError("\(path): can't be read as a pattern (\(error)); name a file that can be read")
  }
}
