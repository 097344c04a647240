import RangedMmap
import Synchronization
import SystemPackage

// Opening and creating.

extension Session {
  func create(_ path: String, size: Int, isSparse: Bool, isForced: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("create")
    try requireNotHeld(path)
    let made = Made()
    let job = Job("create \(path)", pages: 0)
    let pending = Pending(job: job) { session throws(CommandError) in
      let (file, allocator) = try made.result()
      session.take(file, allocator)
      let pages = Alignment.pages(in: size)
      let storage = isSparse ? "sparse" : "preallocated"
      return .done("created \(path): \(count(pages, "page")), \(storage)\(session.durabilityNote)")
    }
    return try start(pending) { made.create(path, size, isSparse, isForced, job) }
  }

  func open(_ path: String, forWriting: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("open")
    if forWriting { try requireNotHeld(path) }
    do throws(MmapFileError) {
      if forWriting {
        let (file, allocator) = try MmapFile.open(at: FilePath(path), allocator: ConcurrentAllocator.self)
        take(file, allocator)
      } else {
        take(try MmapFile.openReadOnly(at: FilePath(path)), nil)
      }
    } catch { throw CommandError(error) }
    return .done("opened \(path) for \(forWriting ? "writing" : "reading only")\(durabilityNote)")
  }

  private var durabilityNote: String {
    file?.isDurable == false ? "; its file system lives in memory, so nothing in it is durable" : ""
  }

  private func take(_ file: MmapFile, _ allocator: ConcurrentAllocator?) {
    // What workers had left to tell, they tell of the file before.
    takeInWorkers()
    // The cursor stays where it was when the same file is opened again to write it.
    cursor = self.file?.path == file.path ? min(cursor, file.states.count - 1) : 0
    byteCursor = min(byteCursor, file.size - 1 - cursor * Alignment.page)
    let pages = file.states.count
    selection = self.file?.path == file.path ? selection.map { $0.clamped(to: 0..<pages) } : nil
    if selection?.isEmpty == true { selection = nil }
    self.file = file
    sampledFile = try? SampledFile(file)
    self.allocator = allocator
    ranges = RangeTable()
    workers.dismiss()
  }

  /// Tells, once, what others did to the file; one that is only looked at is followed as it grows and shrinks.
  func watchFile() {
    guard let file else { return }
    let complaint = file.isWritable ? coverageComplaint(file) : follow(file)
    if let complaint, complaint != lastComplaint { note(Event(.failure, [complaint])) }
    lastComplaint = complaint
  }

  private func coverageComplaint(_ file: MmapFile) -> String? {
    do throws(MmapFileError) { try file.checkCoverage() } catch { return CommandError(error).description }
    return nil
  }

  private func follow(_ file: MmapFile) -> String? {
    guard let sampledFile else { return coverageComplaint(file) }
    switch sampledFile.fate {
    case .unchanged: return nil
    case .deleted: return "\(file.path): was deleted; its pages stay until the last program that has it open closes it"
    case .replaced:
      let path = Word.quote(file.path.string)
      return "\(file.path): its name leads to another file now; `open \(path)` shows that one"
    case .resized(0): return "\(file.path): is empty now; what was there is not in it any more"
    case .resized(let size):
      guard let resized = try? MmapFile.openReadOnly(at: file.path) else { return nil }
      let isShorter = size < file.size
      take(resized, nil)
      guard isShorter else { return nil }
      let pages = resized.states.count
      note(Event(.done, ["\(file.path): was cut to \(count(pages, "page")) by another program"]))
      return nil
    }
  }

  private func requireNotHeld(_ path: String) throws(CommandError) {
    guard let file, file.isWritable, file.path.string == path else { return }
    throw CommandError("\(path): is open for writing here already; open another file first to let go of it")
  }

  private func requireNoWorkers(_ verb: String) throws(CommandError) {
    try requireNoJob(verb)
    guard workers.running == 0 else {
      throw CommandError("\(verb): workers are still at work on this file; `workers stop` and `workers wait` first")
    }
  }
}

/// A file that is being made, for whoever waits for it.
private final class Made: Sendable {
  private let outcome = Mutex<Result<(MmapFile, ConcurrentAllocator), CommandError>?>(nil)

  func create(_ path: String, _ size: Int, _ isSparse: Bool, _ isForced: Bool, _ job: Job) {
    let result: Result<(MmapFile, ConcurrentAllocator), CommandError>
    do throws(MmapFileError) {
      result = .success(
        try MmapFile.create(
          at: FilePath(path), size: size, allocator: ConcurrentAllocator.self,
          storage: isSparse ? .sparse : .preallocated, replacing: isForced))
    } catch { result = .failure(CommandError(error, whileCreating: true)) }
    outcome.withLock { $0 = result }
    job.end()
  }

  func result() throws(CommandError) -> (MmapFile, ConcurrentAllocator) {
    guard let outcome = outcome.withLock({ $0.take() }) else { throw CommandError("create: has not ended yet") }
    return try outcome.get()
  }
}

/// A number with its noun, in the singular where it is one.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
