import PageCache
import RangedMmap
import SystemPackage

/// What a part of a file holds, for who reads all of it and leaves in memory what was there before, and no more.
struct FileContents {
  /// Where something is stored, in order; elsewhere nothing but zeros is.
  private(set) var data: [Range<Int>] = []
  private let file: FileDescriptor
  // Whether who tells of holes knows what is stored there and not written back yet.
  private let knowsStores: Bool

  // How much of a hole is asked about at once: mincore(2) takes 12 ms for a GiB, and somebody may want to stop it.
  private static let step = 4 << 30

  /// Looks where something is stored.
  ///
  /// - Parameters:
  ///   - file: A descriptor that is quiet; nobody reads or writes by its offset.
  ///   - bytes: Offsets into the file.
  ///   - job: What may be stopped meanwhile.
  /// - Throws: That it was stopped.
  init(of file: FileDescriptor, _ bytes: Range<Int>, stopping job: Job) throws(CommandError) {
    self.file = file
    knowsStores = (try? PageCache.holesHaveNoPages(file)) ?? false
    guard let extents = try? PageCache.extents(ofOwn: file, bytes: bytes) else {
      data = [bytes]
      return
    }
    for extent in extents {
      if extent.kind.holdsData {
        append(extent.bytes)
      } else {
        try look(into: extent, job)
      }
    }
  }

  // What was stored into reserved blocks is in memory, and not on the disk yet; there the rest reads as zeros.
  private mutating func look(into extent: Extent, _ job: Job) throws(CommandError) {
    var start = extent.bytes.lowerBound
    while start < extent.bytes.upperBound {
      if job.wasStopped { throw CommandError("\(job.name): stopped") }
      let end = min(extent.bytes.upperBound, start + Self.step)
      let pages = start / Alignment.page..<Alignment.pages(in: end)
      if let runs = try? KernelAnswer(file, each: pages).value {
        for run in runs where run.state.contains(.cached) { append(Self.bytes(run.pages).clamped(to: start..<end)) }
      } else if extent.kind != .hole || !knowsStores {
        // Of whom nobody tells what is in memory. What is stored into a hole gets blocks at once, unless a server tells of
        // them.
        append(start..<end)
      }
      start = end
    }
  }

  private mutating func append(_ bytes: Range<Int>) {
    if let last = data.last, last.upperBound == bytes.lowerBound {
      data[data.count - 1] = last.lowerBound..<bytes.upperBound
    } else {
      data.append(bytes)
    }
  }

  private static func bytes(_ pages: Range<Int>) -> Range<Int> {
    pages.lowerBound * Alignment.page..<pages.upperBound * Alignment.page
  }

  /// Reads a piece.
  ///
  /// - Parameter piece: Offsets within the part.
  /// - Returns: Its bytes, fewer where the file ends by now.
  /// - Throws: Why they can't be read.
  func bytes(in piece: Range<Int>) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: piece.count)
    for part in parts(in: piece) {
      guard let end = try read(part, into: &bytes, of: piece) else { continue }
      return Array(bytes.prefix(end - piece.lowerBound))
    }
    return bytes
  }

  // Where something is stored in a piece: found by halves, for there may be a part for every other page.
  private func parts(in piece: Range<Int>) -> [Range<Int>] {
    var (low, high) = (0, data.count)
    while low < high {
      let middle = (low + high) / 2
      if data[middle].upperBound <= piece.lowerBound { low = middle + 1 } else { high = middle }
    }
    return data[low...].prefix { $0.lowerBound < piece.upperBound }.map { $0.clamped(to: piece) }
  }

  // Where the file ended, if it ended in these bytes.
  private func read(_ part: Range<Int>, into bytes: inout [UInt8], of piece: Range<Int>) throws(Errno) -> Int? {
    let pages = part.lowerBound / Alignment.page..<Alignment.pages(in: part.upperBound)
    let known = try? KernelAnswer(file, each: pages).value.map { ($0.pages, $0.state.contains(.cached)) }
    for (run, isCached) in known ?? [(pages, false)] {
      let wanted = Self.bytes(run).clamped(to: part)
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
