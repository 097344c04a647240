import Glibc
import PageCache
import RangedMmap
import SystemPackage

/// What is to be looked at: the pages in view.
public struct KernelRequest: Sendable {
  /// The file.
  public let file: SampledFile
  /// The pages in view.
  public let pages: Range<Int>
  /// How many of them a cell stands for.
  public let pagesPerCell: Int
  /// The page at the cursor.
  public let cursor: Int

  /// A request for the pages in view.
  public init(_ file: SampledFile, pages: Range<Int>, each pagesPerCell: Int = 1, cursor: Int) {
    self.file = file
    self.pages = pages
    self.pagesPerCell = pagesPerCell
    self.cursor = cursor
  }
}

extension KernelRequest: Equatable {
  /// Whether both ask for the same.
  public static func == (one: Self, other: Self) -> Bool {
    one.file === other.file && one.pages == other.pages && one.pagesPerCell == other.pagesPerCell
      && one.cursor == other.cursor
  }
}

/// Asks the kernel about the pages in view, and remembers what it takes to see changes.
///
/// It changes nothing: no page is brought in and none is written back.
public struct KernelProbe {
  private var changes = ChangeWatch()
  private var file: SampledFile?
  private var fileSystem: FileSystem?
  private var users: FileUsers?
  // Not at the first look, which a screen waits for.
  private var usersAreDue: ContinuousClock.Instant?

  // Looking through all processes costs milliseconds, and who comes and goes is no matter of the blink of an eye.
  private static let usersTime = Duration.seconds(3)

  /// A probe that has seen nothing.
  public init() {}

  /// Looks once.
  ///
  /// - Parameter request: What to look at.
  /// - Returns: What the kernel said.
  public mutating func look(at request: KernelRequest) -> KernelSample {
    let descriptor = request.file.descriptor
    if file !== request.file {
      // The same file that has grown keeps what was seen of it, so that what is new in it shows.
      if file?.identity != request.file.identity { self = KernelProbe() }
      file = request.file
      fileSystem = try? PageCache.fileSystem(of: descriptor)
    }
    let now = ContinuousClock.now
    var sample = KernelSample(request)
    sample.fileSystem = fileSystem
    var states: [CachedPage] = []
    do throws(UnknownReason) {
      states = try Self.count(&sample, descriptor)
      sample.totals = try PageCache.counts(of: descriptor, bytes: 0..<request.file.size)
      let run = try Self.run(around: request.cursor, descriptor, request.file.size)
      sample.state = run.state
      sample.alike = run.pages
    } catch {
      sample.reason = error
      Self.fallBack(&sample, descriptor)
    }
    locate(&sample, request)
    var status = stat()
    // SAFETY: fills the structure that it is given.
    if unsafe fstat(descriptor.rawValue, &status) == 0 {
      sample.fate = request.file.fate(status)
      if request.file.isWatched {
        sample.marks = changes.look(
          request.file, request.pages, states, modified: status.st_mtim, at: now)
      }
    }
    if let due = usersAreDue, now >= due {
      users = try? PageCache.users(of: descriptor)
      usersAreDue = now + Self.usersTime
    }
    if usersAreDue == nil { usersAreDue = now }
    sample.users = users
    return sample
  }

  // Page by page where a cell is one, and then of each page too; else by the cell.
  private static func count(
    _ sample: inout KernelSample, _ descriptor: FileDescriptor
  ) throws(UnknownReason) -> [CachedPage] {
    let each = sample.pagesPerCell
    guard each > 1 else {
      let runs = try PageCache.runs(of: descriptor, pages: sample.pages)
      let states = runs.flatMap { Array(repeating: $0.state, count: $0.pages.count) }
      sample.cells = states.map { KernelCell($0) }
      return states
    }
    let counts = try PageCache.groups(of: descriptor, pages: sample.pages, each: each)
    sample.cells = counts.enumerated().map { cell, counts in
      KernelCell(min(each, sample.pages.count - cell * each), counts)
    }
    return []
  }

  // Residency is worth having where cachestat(2) is missing; it is refused where it would be a guess. What it costs
  // grows with the file, so it is asked page by page only.
  private static func fallBack(_ sample: inout KernelSample, _ descriptor: FileDescriptor) {
    guard sample.pagesPerCell == 1, let runs = try? PageCache.residency(of: descriptor, pages: sample.pages) else {
      return
    }
    sample.cells = runs.flatMap { Array(repeating: KernelCell($0.state), count: $0.pages.count) }
    sample.state = runs.first { $0.pages.contains(sample.cursor) }?.state
    sample.isResidencyOnly = true
  }

  private static func run(
    around cursor: Int, _ descriptor: FileDescriptor, _ size: Int
  ) throws(UnknownReason) -> CacheRun {
    let largest = (2 << 20) / Alignment.page
    let start = cursor / largest * largest
    let block = start..<min(start + largest, max(cursor + 1, Alignment.pages(in: size)))
    guard let run = try PageCache.runs(of: descriptor, pages: block).first(where: { $0.pages.contains(cursor) }) else {
      throw .notSupported
    }
    return run
  }

  private func locate(_ sample: inout KernelSample, _ request: KernelRequest) {
    func bytes(_ pages: Range<Int>) -> Range<Int> {
      let end = min(pages.upperBound * Alignment.page, request.file.size)
      return min(pages.lowerBound * Alignment.page, end)..<end
    }
    let descriptor = request.file.descriptor
    if !sample.cells.isEmpty, let extents = try? PageCache.extents(of: descriptor, bytes: bytes(request.pages)) {
      for extent in extents where extent.kind.holdsData { add(extent, to: &sample) }
    }
    let extents = try? PageCache.extents(of: descriptor, bytes: bytes(request.cursor..<request.cursor + 1))
    // Of a page with blocks smaller than itself, the first piece that is no hole.
    sample.extent = extents?.first { $0.kind != .hole } ?? extents?.first
  }

  private func add(_ extent: Extent, to sample: inout KernelSample) {
    let touched = extent.bytes.lowerBound / Alignment.page..<Alignment.pages(in: extent.bytes.upperBound)
    let pages = touched.clamped(to: sample.pages)
    guard !pages.isEmpty else { return }
    let each = sample.pagesPerCell
    func cell(_ page: Int) -> Int { (page - sample.pages.lowerBound) / each }
    for index in cell(pages.lowerBound)...cell(pages.upperBound - 1) {
      let start = sample.pages.lowerBound + index * each
      // Two extents may share a page, which is counted once all the same.
      let more = pages.clamped(to: start..<start + each).count
      sample.cells[index].data = min(sample.cells[index].pages, sample.cells[index].data + more)
    }
  }
}
