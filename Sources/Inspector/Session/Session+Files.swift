import Glibc
import RangedMmap
import Synchronization
import SystemPackage

// Opening and creating.

extension Session {
  var durabilityNote: String {
    file?.isInMemory == true ? "; its file system lives in memory, so nothing in it is durable" : ""
  }

  func take(_ file: MmapFile, _ allocator: ConcurrentAllocator?) {
    // What workers had left to tell, they tell of the file before.
    takeInWorkers()
    if let farewell { note(Event(.caption, [farewell])) }
    // The cursor stays where it was when the same file is opened again to write it.
    cursor = self.file?.path == file.path ? min(cursor, file.states.count - 1) : 0
    byteCursor = min(byteCursor, file.size - 1 - cursor * Alignment.page)
    let pages = file.states.count
    selection = self.file?.path == file.path ? selection.map { $0.clamped(to: 0..<pages) } : nil
    if selection?.isEmpty == true { selection = nil }
    if self.file?.path != file.path { (markedPages, watchedChanges) = ([], []) }
    self.file = file
    sampledFile = try? SampledFile(file)
    standing = sampledFile?.standing
    self.allocator = allocator
    ranges = RangeTable()
    workers.dismiss()
  }

  func requireNotHeld(_ path: String) throws(CommandError) {
    guard let identity = (try? Stat(FilePath(path)))?.identity else { return }
    if let file, file.isWritable, (try? file.descriptor.stat())?.identity == identity {
      throw CommandError("\(path): is open for writing here already; open another file first to let go of it")
    }
    let written = OutputFile.InUse.standard + filesInUse() + [recorder.fileInUse].compactMap { $0 }
    if let used = written.first(where: { $0.identity == identity }) {
      throw CommandError("\(path): is \(used.role); choose another name")
    }
  }

  func requireNoWorkers(_ verb: String) throws(CommandError) {
    try requireNoJob(verb)
    guard workers.running == 0 else {
      throw CommandError("\(verb): workers are still at work on this file; `workers stop` and `workers wait` first")
    }
  }
}

/// A file that is being made or waited for, and then its mapping.
final class Opened: Sendable {
  typealias Mapped = (MmapFile, ConcurrentAllocator?)

  private let outcome = Mutex<Result<Mapped, CommandError>?>(nil)

  // A file that lives shorter may be missed. Two calls each time cost next to nothing.
  private static let pause: UInt32 = 10_000

  static func open(_ path: FilePath, _ forWriting: Bool) throws(MmapFileError) -> Mapped {
    guard forWriting else { return (try MmapFile.openQuietly(at: path), nil) }
    let (file, allocator) = try MmapFile.open(at: path, allocator: ConcurrentAllocator.self)
    return (file, allocator)
  }

  func create(_ path: FilePath, _ size: Int, _ isSparse: Bool, _ isForced: Bool, _ job: Job) {
    let result: Result<Mapped, CommandError>
    do throws(MmapFileError) {
      result = .success(
        try MmapFile.create(
          at: path, size: size, allocator: ConcurrentAllocator.self,
          storage: isSparse ? .sparse : .preallocated, replacing: isForced))
    } catch { result = .failure(CommandError(error, whileCreating: true)) }
    end(result, job)
  }

  /// Tries to open a file until it exists and has bytes.
  func wait(_ path: FilePath, _ forWriting: Bool, _ job: Job) {
    while !job.wasStopped {
      do throws(MmapFileError) {
        end(.success(try Self.open(path, forWriting)), job)
        return
      } catch {
        guard error.code == .emptyFile || error.errno == .noSuchFileOrDirectory else {
          end(.failure(CommandError(error)), job)
          return
        }
      }
      usleep(Self.pause)
    }
    end(.failure(CommandError("open \(path): stopped before there was a file with bytes")), job)
  }

  private func end(_ result: Result<Mapped, CommandError>, _ job: Job) {
    outcome.withLock { $0 = result }
    job.end()
  }

  func result() throws(CommandError) -> Mapped {
    guard let outcome = outcome.withLock({ $0.take() }) else { throw CommandError("the file is not open yet") }
    return try outcome.get()
  }
}
