import PageCache
import RangedMmap

/// An open file, the ranges that were taken from it, and what has become of its size and its name.
package final class Document {
  package private(set) var file: MmapFile?
  private(set) var allocator: ConcurrentAllocator?
  var ranges = RangeTable()
  /// The open file, for samples of what the kernel knows of it; `nil` if that is out of reach.
  package private(set) var sampledFile: SampledFile?
  /// The size of the open file and what its name leads to, as of the last query; `nil` if that is not known.
  private(set) var standing: FileStanding?
  /// Whether a file that takes the name of the open one is opened in its place.
  package var followsName = false
  var watching = Watching()
  var dirtyPages = DirtyPages()
  var kernelHistory = KernelHistory()
  /// Whether stores are to be watched, in this file and in each that is opened for writing.
  var isExact = false
  /// The watch of this file's stores, if there is one.
  var stores: StoredPages?
  private(set) var locks = PageLocks()
  private(set) var advice = AdviceTable()
  /// The watch of the faults of a process; kept when the process has ended.
  var faults: FaultFeed?
  /// Whether it was said what a fault is.
  var faultsAreExplained = false
  // What was reported last of its name and of its size.
  private var complaints: [Event?] = [nil, nil]

  /// The last known name of the file, if it is not the one that it was opened by.
  private(set) var newPath: FilePath?

  deinit { faults?.stop() }

  func turn(to file: MmapFile, _ allocator: ConcurrentAllocator?) {
    if self.file?.path != file.path { newPath = nil }
    stores = nil
    self.file = file
    self.allocator = allocator
    ranges = RangeTable()
    let identity = sampledFile?.identity
    sampledFile = try? SampledFile(file, after: sampledFile)
    // The same file goes on where it grows.
    guard sampledFile?.identity != identity else {
      standing = sampledFile?.standing
      return
    }
    (dirtyPages, kernelHistory, locks, advice) = (DirtyPages(), KernelHistory(), PageLocks(), AdviceTable())
    standing = sampledFile?.standing
  }

  func updateStanding() {
    standing = sampledFile?.standing
    // Kept after the file is deleted: its last name.
    if let path = standing?.newPath { newPath = path } else if standing?.name == .kept { newPath = nil }
  }

  /// Events on name and size that are not reported yet, without those that a watch reports.
  func news(_ now: [Event?], butFor isWatched: [Bool]) -> [Event] {
    var news: [Event] = []
    for (index, event) in now.enumerated() where !isWatched[index] {
      if let event, event != complaints[index] { news.append(event) }
      complaints[index] = event
    }
    return news
  }

  func takeAsReported(name: Event?) { complaints[0] = name }
  func takeAsReported(size: Event?) { complaints[1] = size }

  func forgetNews() { complaints = [nil, nil] }
}

extension Document {
  var fileName: FilePath? { standing?.newPath ?? file?.path }

  var isNameless: Bool { standing?.name == .deleted || standing?.name == .superseded }

  /// The present size of the open file, in bytes, if it is not the mapped one.
  var otherSize: Int? { standing.flatMap { $0.size == file?.size ? nil : $0.size } }

  /// The name that leads to the file now, if one does and is known.
  var presentPath: FilePath? {
    guard let standing else { return nil }
    return standing.name == .kept ? sampledFile?.path : standing.newPath
  }

  /// The open file, or an error that says how to open one.
  func openFile() throws(CommandError) -> MmapFile {
    guard let file else { throw CommandError("no file is open: `open PATH` or `create PATH SIZE` first") }
    return file
  }

  func writableFile() throws(CommandError) -> MmapFile {
    _ = try writableAllocator()
    return try openFile()
  }

  func writableAllocator() throws(CommandError) -> ConcurrentAllocator {
    let file = try openFile()
    guard let allocator else {
      guard !file.isDevice else {
        throw CommandError("\(file.path): is a block device, open for reading only; \(Rule.noDevice)")
      }
      if let refusal = file.path.refusalToWrite {
        throw CommandError("\(file.path): is open for reading only, and you may not write it: \(refusal); write a copy")
      }
      throw CommandError(
        "\(file.path): is open for reading only; \(Rule.consent); allow writing with --write "
          + "(`open \(Word.quote(file.path.string)) write`)"
      )
    }
    return allocator
  }

  /// Refuses a step of ranges on a file that is open for reading only: it never has any.
  func requireRanges(for step: String) throws(CommandError) {
    guard let file, allocator == nil else { return }
    let remedy =
      file.isDevice
      ? "\(Rule.noDevice)"
      : "\(Rule.noRanges); `open \(Word.quote(file.path.string)) write` allows writing"
    throw CommandError("\(step): \(file.path) is open for reading only, and has no ranges; \(remedy)")
  }

  /// The open file, if it is written here: only then the library has states of it.
  func ownFile() throws(CommandError) -> MmapFile {
    let file = try openFile()
    guard file.isWritable else {
      let otherwise = file.isDevice ? "" : ", or `open \(Word.quote(file.path.string)) write`"
      throw CommandError(
        "\(file.path): is open for reading only: its pages are not ours, and have no state; "
          + "\(Rule.ofLibrary("it has states only of files that are open for writing")); ask the kernel, as with `expect kernel dirty 0`\(otherwise)"
      )
    }
    return file
  }
}
