import CLinux
import SystemPackage

/// Which addresses of a process are which pages of a file, while that changes.
struct FaultAddresses {
  private struct Piece {
    let addresses: Range<UInt64>
    let offset: UInt64
    let isWritable: Bool

    func without(_ others: Range<UInt64>) -> [Piece] {
      let (start, end) = (addresses.lowerBound, addresses.upperBound)
      guard addresses.overlaps(others) else { return [self] }
      return [(start, min(end, others.lowerBound)), (max(start, others.upperBound), end)].filter { $0.0 < $0.1 }
        .map { Piece(addresses: $0.0..<$0.1, offset: offset + ($0.0 - start), isWritable: isWritable) }
    }
  }

  private let file: FileIdentity
  /// Whether the kernel's records may name the file below, which has other numbers than the line of maps.
  private let isStacked: Bool
  private let process: Int32
  private var pieces: [Piece] = []
  private var readAgain = ContinuousClock.now

  var hasFile: Bool { !pieces.isEmpty }

  init(of file: FileDescriptor, in process: Int32) throws(PageCacheError) {
    self.file = try FileIdentity(of: file)
    self.process = process
    isStacked = (try? PagedFile(file))?.traits.contains(.stacked) ?? false
  }

  mutating func readMaps() throws(Errno) {
    let start = ContinuousClock.now
    var found: [Piece] = []
    let file = file
    try ProcFile.forEachLine(of: "/proc/\(process)/maps") { line in
      if let line = MapsLine(line), file.isFile(line), let addresses = line.addresses, let offset = line.offset {
        found.append(
          Piece(
            addresses: UInt64(addresses.lowerBound)..<UInt64(addresses.upperBound), offset: offset,
            isWritable: line.isWritable))
      }
      return true
    }
    pieces = found
    // A tenth of a processor at most, for a process with many mappings that faults all the time.
    let end = ContinuousClock.now
    readAgain = end + (end - start) * 10
  }

  /// The faults on the file, of records in the order of their times.
  mutating func faults(_ records: [clinux_fault]) -> [PageFault] {
    var faults: [PageFault] = []
    var unknown: [(index: Int, record: clinux_fault)] = []
    var isOfOthers: [Range<UInt64>] = []
    var hasFaults = false
    for record in records {
      switch record.kind {
      case Int32(CLINUX_FAULT):
        hasFaults = true
        if let fault = fault(record) { faults.append(fault) } else { unknown.append((faults.count, record)) }
      case Int32(CLINUX_MAPPED):
        let (end, isCut) = record.address.addingReportingOverflow(record.length)
        guard !isCut, end > record.address else { continue }
        let addresses = record.address..<end
        pieces = pieces.flatMap { $0.without(addresses) }
        if file.isFile(mappedAs: record.major, record.minor, inode: record.inode) {
          pieces.append(Piece(addresses: addresses, offset: record.offset, isWritable: record.is_writable))
        } else {
          isOfOthers.append(addresses)
        }
      default: break
      }
    }
    guard hasFaults, isStacked || ContinuousClock.now >= readAgain, (try? readMaps()) != nil else { return faults }
    // What no record has reported: mremap(2), and the mappings of a stacked file system.
    var (all, next): ([PageFault], Int) = ([], 0)
    for (index, record) in unknown {
      guard let fault = fault(record), isStacked || !isOfOthers.contains(where: { $0.contains(record.address) }) else {
        continue
      }
      all += faults[next..<index]
      all.append(fault)
      next = index
    }
    return all + faults[next...]
  }

  private func fault(_ record: clinux_fault) -> PageFault? {
    guard let piece = pieces.first(where: { $0.addresses.contains(record.address) }),
      let page = Int(
        exactly: (piece.offset + (record.address - piece.addresses.lowerBound)) / UInt64(PageCache.pageSize))
    else { return nil }
    return PageFault(
      page: page, threadID: record.thread, time: .nanoseconds(record.time), isMajor: record.is_major,
      mayBeStore: piece.isWritable)
  }
}
