import DequeModule
import Glibc
import PageCache
import RangedMmap
import Synchronization

/// What is done with a range on its way from one stage to the next.
enum RangeStep: Sendable {
  case write(PatternFill)
  case verify
  case flush
  case sync
  /// As `sync`, with one wait for the whole file before the first range.
  case syncAll
  case punch

  var writesBack: Bool { if case .flush = self { true } else { isSync } }

  var isSync: Bool {
    switch self {
    case .sync, .syncAll: true
    case .write, .verify, .flush, .punch: false
    }
  }

  var isPunch: Bool { if case .punch = self { true } else { false } }
}

/// A job on ranges, which are taken out of the table until it ends.
final class RangeJob: Sendable {
  struct Load: ~Copyable, Sendable {
    var waiting = UniqueDeque<RangeRecord>()
    var finished = UniqueDeque<RangeRecord>()
    var arrived = 0
    var failure: CommandError?
  }

  let job: Job
  private let step: RangeStep
  private let file: MmapFile
  private let load: Mutex<Load>

  init(_ step: RangeStep, _ file: MmapFile, _ job: Job, _ records: consuming UniqueDeque<RangeRecord>) {
    self.step = step
    self.file = file
    self.job = job
    var load = Load()
    load.waiting = records
    self.load = Mutex(load)
  }

  /// The records, in their order, and the error of the last one that was tried.
  func takeLoad() -> Load {
    load.withLock { load in
      var taken = Load()
      swap(&taken, &load)
      while let rest = taken.waiting.popFirst() { taken.finished.append(rest) }
      return taken
    }
  }

  /// Moves the ranges on, one after the other, until one fails or the job is stopped.
  func run() {
    // The thread that runs has all to itself; the lock is for the hand-over.
    var load = Load()
    self.load.withLock { swap(&$0, &load) }
    do throws(CommandError) {
      if case .syncAll = step {
        if file.size >= Self.largeSize { try? file.flush() }
        try settle(0..<file.size)
        do throws(MmapFileError) { try file.syncAll() } catch { throw CommandError(error) }
      }
      while var record = load.waiting.popFirst() {
        var failure: CommandError?
        do throws(CommandError) {
          if job.wasStopped, !isSettled { throw stopped }
          try carry(&record)
        } catch { failure = error }
        load.finished.append(record)
        if let failure { throw failure }
        load.arrived += 1
      }
    } catch { load.failure = error }
    self.load.withLock { swap(&$0, &load) }
  }

  // All is durable by now; to exchange the receipts takes no time.
  private var isSettled: Bool { if case .syncAll = step { true } else { false } }

  private var stopped: CommandError {
    CommandError("\(job.name): stopped after \(job.done) of \(counted(job.total, "page"))")
  }

  private func carry(_ record: inout RangeRecord) throws(CommandError) {
    switch step {
    case .write(let fill): try write(&record, fill)
    case .verify: try verify(&record)
    case .flush: try flush(&record)
    case .sync, .syncAll: try sync(&record)
    case .punch: try punch(&record)
    }
  }

  private func write(_ record: inout RangeRecord, _ fill: PatternFill) throws(CommandError) {
    guard case .allocated(let range) = record.holding.take() else { return }
    let start = range.start
    do throws(MmapFileError) {
      let receipt = try file.write(to: range) { writer in
        try fill.fill(writer, start: start) { pages in
          job.advance(by: pages)
          if job.wasStopped { throw Stopped() }
        }
      }
      record.holding = .written(receipt)
      record.wasWritten(with: fill.content)
    } catch {
      record.recover(from: error)
      if error.cause is Stopped { throw CommandError("\(stopped); the range is filled in part, and not written") }
      throw CommandError(error)
    }
  }

  private func flush(_ record: inout RangeRecord) throws(CommandError) {
    defer { job.advance(by: record.pageCount) }
    do throws(MmapFileError) { try record.startWriteback(file) } catch { throw CommandError(error) }
    // sync_file_range(2) says nothing of pages that are gone.
    if let shortfall = file.shortfall(of: record.bytes) { throw CommandError("\(file.path): \(shortfall)") }
  }

  private func sync(_ record: inout RangeRecord) throws(CommandError) {
    if case .sync = step {
      if record.bytes.count >= Self.largeSize { try? record.startWriteback(file) }
      try settle(record.bytes)
    }
    guard case .written(let receipt) = record.holding.take() else { return }
    do throws(MmapFileError) {
      record.holding = .flushed(try file.sync(receipt))
      record.history.wasSynced()
    } catch {
      record.recover(from: error)
      throw CommandError(error)
    }
  }

  private func punch(_ record: inout RangeRecord) throws(CommandError) {
    defer { job.advance(by: record.pageCount) }
    do throws(MmapFileError) {
      switch record.holding.take() {
      case .allocated(let range): record.holding = .allocated(try file.punch(range))
      case .written(let receipt): record.holding = .allocated(try file.punch(receipt))
      case .flushed(let range): record.holding = .allocated(try file.punch(range))
      case .busy: return
      }
      record.wasPunched()
    } catch {
      record.recover(from: error)
      throw CommandError(error)
    }
  }

  private func verify(_ record: inout RangeRecord) throws(CommandError) {
    guard let content = record.content else { return }
    let fill = try PatternFill(content.pattern)
    let start = record.bytes.lowerBound
    let found = try record.compare(file) { bytes in
      try fill.firstDifference(bytes, start: start) { pages in
        job.advance(by: pages)
        return !job.wasStopped
      }
    }
    if job.wasStopped { throw stopped }
    guard let found else { return }
    if fill.content.stamp != content.stamp {
      throw CommandError(
        "\(job.name): can't tell: the file of \(content.pattern) has changed since it was written here, and differs at "
          + "\(address(found.offset)); bring it back as it was, or `reuse` the range and write it again")
    }
    throw CommandError(
      "\(job.name): at \(address(found.offset)) expected \(hex(found.expected, width: 2)) "
        + "of \(content.pattern), found \(hex(found.found, width: 2))")
  }

  // msync(2) shows no progress and can't be stopped. So large ranges are written back first, with the kernel's counts as
  // progress. 4 MiB is some 10 ms on a disk: less needs no progress.
  private static let largeSize = 4 << 20

  private func settle(_ bytes: Range<Int>) throws(CommandError) {
    let pages = Alignment.pages(in: bytes.count)
    var settled = 0
    var lastMove = ContinuousClock.now
    defer { job.advance(by: pages - settled) }
    guard bytes.count >= Self.largeSize else { return }
    // Another writer may keep pages dirty for ever: after 5 s without progress, longer than a disk takes for a step, msync(2)
    // waits instead.
    while let counts = try? PageCache.counts(of: file.descriptor, bytes: bytes), counts.dirty + counts.writeback > 0,
      ContinuousClock.now - lastMove < .seconds(5)
    {
      if job.wasStopped { throw stopped }
      let clean = pages - counts.dirty - counts.writeback
      if clean > settled {
        job.advance(by: clean - settled)
        (settled, lastMove) = (clean, .now)
      }
      usleep(10_000)
    }
  }
}
