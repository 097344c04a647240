import PageCache
import RangedMmap
import SystemPackage

/// What a part of a file holds, for a reader of all of it that leaves in memory what was there before, and no more.
struct FileContents {
  /// Where something is stored, in order; the rest reads as zeros.
  private(set) var data: [Range<Int>] = []
  private let file: FileDescriptor
  // Whether a hole has no pages that are stored and not written back yet.
  private let knowsStores: Bool

  // How much of a hole is queried at once: mincore(2) takes 12 ms for a GiB, and the job can be stopped after each step.
  private static let step = 4 << 30

  /// Finds where something is stored, until the job is stopped.
  ///
  /// The descriptor is a quiet one, and nothing may read or write by its offset.
  init(of file: FileDescriptor, _ bytes: Range<Int>, stopping job: Job) throws(CommandError) {
    self.file = file
    knowsStores = (try? PageCache.holesHaveNoPages(file)) ?? false
    guard let extents = try? PageCache.extents(ofOwn: file, bytes: bytes) else {
      data = [bytes]
      return
    }
    for extent in extents {
      if extent.kind.holdsData { data.join(extent.bytes) } else { try search(extent, job) }
    }
  }

  // What was stored into reserved blocks is in memory, and not on the disk yet; the rest of them reads as zeros.
  private mutating func search(_ extent: Extent, _ job: Job) throws(CommandError) {
    var start = extent.bytes.lowerBound
    while start < extent.bytes.upperBound {
      if job.wasStopped { throw CommandError("\(job.name): stopped") }
      let end = min(extent.bytes.upperBound, start + Self.step)
      let pages = Alignment.pages(of: start..<end)
      if let runs = try? KernelAnswer(file, each: pages).value {
        for run in runs where run.state.contains(.cached) {
          data.join(Alignment.bytes(of: run.pages).clamped(to: start..<end))
        }
      } else if extent.kind != .hole || !knowsStores {
        // What is in memory is unknown. What is stored into a hole gets blocks at once, except where a server manages them.
        data.join(start..<end)
      }
      start = end
    }
  }

  /// The bytes at some offsets within the part; fewer where the file ends by now.
  func bytes(in piece: Range<Int>) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: piece.count)
    for part in parts(in: piece) {
      guard let end = try read(part, into: &bytes, of: piece) else { continue }
      return Array(bytes.prefix(end - piece.lowerBound))
    }
    return bytes
  }

  // Where something is stored in a piece. There may be a part for every other page.
  private func parts(in piece: Range<Int>) -> [Range<Int>] {
    let first = firstIndex(below: data.count) { data[$0].upperBound > piece.lowerBound }
    return data[first...].prefix { $0.lowerBound < piece.upperBound }.map { $0.clamped(to: piece) }
  }

  // Where the file ended, if it ended in these bytes.
  private func read(_ part: Range<Int>, into bytes: inout [UInt8], of piece: Range<Int>) throws(Errno) -> Int? {
    let pages = Alignment.pages(of: part)
    let known = try? KernelAnswer(file, each: pages).value.map { ($0.pages, $0.state.contains(.cached)) }
    for (run, isCached) in known ?? [(pages, false)] {
      let wanted = Alignment.bytes(of: run).clamped(to: part)
      let place = wanted.lowerBound - piece.lowerBound
      var count = 0
      do {
        // SAFETY: the piece has room for each of its parts.
        try unsafe bytes.withUnsafeMutableBytes { buffer in
          let memory = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[place..<place + wanted.count])
          count =
            isCached
            ? try unsafe copy(wanted, into: memory)
            : try unsafe PageCache.readOnce(file, from: wanted.lowerBound, into: memory, isAbsent: known != nil)
        }
      } catch { throw error as? Errno ?? .ioError }
      if count < wanted.count { return wanted.lowerBound + count }
    }
    return nil
  }

  private func copy(_ wanted: Range<Int>, into memory: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let window = QuietWindow(of: file, bytes: wanted) else {
      return try unsafe file.readAll(into: memory, from: wanted.lowerBound)
    }
    return try unsafe window.copy(from: wanted.lowerBound, into: memory)
  }
}
