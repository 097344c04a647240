import PageCache
import RangedMmap
import SystemPackage

/// An act on pages of the open file that changes no byte of it.
protocol PageAct: ReadOnlyAction {
  static var verb: Verb { get }
  var target: PageTarget { get }
  /// What is done to some pages.
  func act(on pages: Range<Int>, of file: ActingFile) throws(PageCacheError) -> Effect
  /// Takes back what pieces have done where a later one fails or a person stops it, as far as that is left half done.
  func takeBack(of file: ActingFile)
  /// What has changed, in lines.
  func lines(_ outcome: ActOutcome, of file: MmapFile, in session: Session) -> [String]
}

/// What was done to pages that need not be neighbours.
struct ActOutcome: Sendable {
  /// Those that the file had, piece by piece.
  var pages: [Range<Int>] = []
  var effect = Effect.none
}

/// The open file, as an act on its pages needs it on whatever thread.
struct ActingFile: Sendable {
  /// By an open file of its own: the library's has errors reported that others must not take.
  let sampled: SampledFile
  let mapped: MmapFile
  let locks: PageLocks
  /// How many locks there were before the act.
  let lockCount: Int
  let advice: AdviceTable

  var descriptor: FileDescriptor { sampled.descriptor }
}

extension PageAct {
  var words: [String?] { [Self.verb.name, "\(target)"] }
  var neededLabels: ClosedRange<Int>? { target.labels }
  package var isTimed: Bool { true }
  func takeBack(of file: ActingFile) {}

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    try session.requireNoJob(Self.verb.name)
    let document = session.document
    let acting = ActingFile(
      sampled: try session.reachableFile(Self.verb.name), mapped: file, locks: document.locks,
      lockCount: document.locks.lockCount, advice: document.advice)
    let pages = try session.pages(target, of: file, for: Self.verb.name)
    let job = Job("\(Self.verb.name) \(target)", pages: pages.reduce(0) { $0 + $1.count })
    return try session.jobs.start(job, in: session) { () throws(CommandError) in
      try carry(out: pages, of: acting, job)
    } ending: { session, outcome throws(CommandError) in
      guard !job.wasStopped else {
        throw CommandError("\(job.name): stopped after \(job.done) of \(counted(job.total, "page"))")
      }
      let shortfall = pages.flatMap { session.shortfall(file, $0) }.prefix(1)
      guard outcome.pages.pageCount > 0 else {
        throw CommandError("\(job.name): \(shortfall.first ?? "\(file.path) has no pages")")
      }
      let isUnknown = outcome.effect.before == nil || outcome.effect.after == nil
      let unknown = isUnknown ? session.reasonForNoCounts(file) : []
      return Event(.done, lines(outcome, of: file, in: session) + unknown + shortfall, isMeasured: true)
    }
  }

  // Piece by piece, so that it can be stopped: 64 MiB take some milliseconds where no disk is waited for.
  private static var piece: Int { 1 << 14 }

  private func carry(out pages: [Range<Int>], of file: ActingFile, _ job: Job) throws(CommandError) -> ActOutcome {
    var outcome = ActOutcome()
    // Once for all: what is read ahead of one piece is there before the next.
    let before = Effect.Counts.of(file.descriptor, pages)
    for range in pages {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) where !job.wasStopped {
        let part = start..<min(start + Self.piece, range.upperBound)
        do throws(PageCacheError) {
          let next = try act(on: part, of: file)
          outcome.effect = outcome.effect + next
          outcome.pages.append(next.pages)
        } catch {
          takeBack(of: file)
          throw CommandError("\(job.name): \(named(part)): \(Self.cause(error, part, file))")
        }
        job.advance(by: part.count)
      }
    }
    if job.wasStopped { takeBack(of: file) }
    (outcome.effect.before, outcome.effect.after) = (before, Effect.Counts.of(file.descriptor, pages))
    return outcome
  }

  // Behind the end of a file that was cut the kernel says what it says of a failed device, or of too many locked pages.
  private static func cause(_ error: PageCacheError, _ pages: Range<Int>, _ file: ActingFile) -> String {
    guard let size = try? PageCache.size(of: file.descriptor), size <= (pages.upperBound - 1) * Alignment.page else {
      return "\(error)"
    }
    return "a program cut the file short, to \(counted(size, "byte")); name pages of those that are left"
  }
}

extension Session {
  fileprivate func reasonForNoCounts(_ file: MmapFile) -> [String] {
    do throws(PageCacheError) { _ = try KernelAnswer<KernelCell>(whole: file.descriptor) } catch {
      return ["how many pages came or went is unknown: \(error)"]
    }
    return []
  }
}
