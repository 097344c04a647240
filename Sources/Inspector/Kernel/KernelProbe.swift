import Glibc
import PageCache
import RangedMmap

/// What is to be sampled: the pages in view.
package struct KernelRequest: Sendable, Equatable {
  package let file: SampledFile
  package let pages: Range<Int>
  /// How many of them a cell stands for.
  package let pagesPerCell: Int
  package let cursor: Int
  /// How many pages a cell stands for where the whole file is shown beside those in view.
  package let pagesPerCellOfWhole: Int?
  /// Whether the page at the cursor may be read though it is unknown whether it is in memory.
  package let mayRead: Bool

  package init(
    _ file: SampledFile, pages: Range<Int>, each pagesPerCell: Int = 1, cursor: Int, wholeEach: Int? = nil,
    mayRead: Bool = false
  ) {
    self.file = file
    self.pages = pages
    self.pagesPerCell = pagesPerCell
    self.cursor = cursor
    pagesPerCellOfWhole = wholeEach
    self.mayRead = mayRead
  }

  /// What a person decides of it: where the view begins, how much a cell is, and where the cursor stands.
  var view: [Int] { [pages.lowerBound, pagesPerCell, cursor] }
}

/// Samples the pages in view, and remembers what it takes to see changes.
///
/// It has no effect on them: no page is brought in and none is written back.
package struct KernelProbe {
  private var changes = ChangeWatch()
  private var file: SampledFile?
  private var fileSystem: FileSystem?
  private var users: [FileUser]?
  // Not at the first sample, which a screen waits for.
  private var usersAreDue: ContinuousClock.Instant?
  /// The processor time that the last sample took to query users, which has a limit of its own.
  private(set) var costOfUsers = Duration.zero
  // When a page of the file was first seen dirty, since none was.
  private var dirtySince: ContinuousClock.Instant?

  // A scan of all processes takes 17 ms where there are 210, and takes a fortieth of a processor: then it is 0.7 s old at
  // most. It is never older than a second, to which times are shown, and at rest as old as the sample.
  private static let leastUsersPause = 39
  private static let longestUsersPause = Duration.seconds(1)

  package init() {}

  package mutating func sample(_ request: KernelRequest) -> KernelSample {
    let descriptor = request.file.descriptor
    if file !== request.file {
      // Kept when the same file grows, so that new pages are marked.
      if file?.identity != request.file.identity { self = KernelProbe() }
      file = request.file
      fileSystem = try? PageCache.fileSystem(of: descriptor)
    }
    let now = ContinuousClock.now
    queryUsers(descriptor, at: now)
    var sample = KernelSample(request)
    (sample.fileSystem, sample.users) = (fileSystem, users)
    var states: [CachedPage] = []
    let library = request.file.states(around: request.cursor)
    do throws(PageCacheError) { states = try Self.count(&sample, request) } catch { sample.reason = error }
    if let library, library == request.file.states(around: request.cursor) {
      sample.belief = KernelSample.Belief(
        state: library.states[request.cursor - library.first],
        written: sample.alike.count { library.hasWritten($0) })
    }
    foresee(&sample, at: now)
    locate(&sample, request)
    sample.standing = request.file.standing
    if sample.state?.contains(.cached) ?? request.mayRead {
      sample.digest = ChangeWatch.digest(ofPage: request.cursor, descriptor)
    }
    var status = stat()
    // SAFETY: fills the structure that it is given.
    if unsafe fstat(descriptor.rawValue, &status) == 0, request.file.isWatched {
      sample.comparesBytes = !states.isEmpty
      sample.marks = changes.compare(
        request.file, request.pages, states,
        isDoubtful: sample.isResidencyOnly || sample.hidesStores, modified: status.st_mtim, at: now)
      sample.generation = changes.generation
    }
    return sample
  }

  private mutating func queryUsers(_ file: FileDescriptor, at now: ContinuousClock.Instant) {
    costOfUsers = .zero
    guard now >= usersAreDue ?? now else { return }
    defer { usersAreDue = now + min(costOfUsers * (Self.leastUsersPause + 1), Self.longestUsersPause) }
    guard usersAreDue != nil else { return }
    let used = Thread.processorTime
    users = try? PageCache.users(of: file).users
    costOfUsers = Thread.processorTime - used
  }

  // The most pages whose bytes are compared: 128 MiB, for which a sample takes 40 ms where all may have changed. Cells of
  // four pages fill a window of 160 columns and 50 rows with so many.
  private static let mostCompared = 1 << 15

  // Per page if a cell is one page or changes are marked; else per cell.
  private static func count(
    _ sample: inout KernelSample, _ request: KernelRequest
  ) throws(PageCacheError) -> [CachedPage] {
    let descriptor = request.file.descriptor
    var states: [CachedPage] = []
    if request.pagesPerCell == 1 || request.file.isWatched && request.pages.count <= mostCompared {
      let runs = try KernelAnswer(descriptor, each: request.pages)
      sample.reason = runs.lacking
      states = runs.value.flatMap { Array(repeating: $0.state, count: $0.pages.count) }
      sample.runs = runs.value
      sample.view.take(states, isResidencyOnly: runs.lacking != nil)
    } else {
      sample.reason = try sample.view.count(descriptor)
    }
    // The parts may be known of a file that is too large for a count of the whole.
    if let each = request.pagesPerCellOfWhole {
      var whole = KernelCells(0..<Alignment.pages(in: request.file.size), each: each)
      _ = try? whole.count(descriptor)
      (sample.overview, sample.totals) = (whole, whole.sum)
    } else {
      sample.totals = try? KernelAnswer<KernelCell>(descriptor, bytes: 0..<request.file.size).value.withoutTraces
    }
    if let run = try run(around: request.cursor, descriptor, request.file.size) {
      (sample.state, sample.alike) = (run.state, run.pages)
    }
    return states
  }

  private static func run(
    around cursor: Int, _ descriptor: FileDescriptor, _ size: Int
  ) throws(PageCacheError) -> CacheRun? {
    let block = SampledFile.block(around: cursor, of: Alignment.pages(in: size))
    return try KernelAnswer(descriptor, each: block).value.first { $0.pages.contains(cursor) }
  }

  // When the kernel writes the file back by itself, counted from the sample that saw its first dirty page.
  private mutating func foresee(_ sample: inout KernelSample, at now: ContinuousClock.Instant) {
    guard let dirty = sample.totals?.dirty, dirty > 0 else {
      dirtySince = nil
      return
    }
    let since = dirtySince ?? now
    dirtySince = since
    sample.age = WritebackAge()
    guard let age = sample.age, let longest = age.longest else { return }
    // A second more at the end, for a busy disk, and at the start, so that a sample comes shortly before.
    sample.due = since + age.expiry - .seconds(1)..<since + longest + .seconds(1)
  }

  private func locate(_ sample: inout KernelSample, _ request: KernelRequest) {
    func bytes(_ pages: Range<Int>) -> Range<Int> { Alignment.bytes(of: pages).clamped(to: 0..<request.file.size) }
    let descriptor = request.file.descriptor
    let shown = sample.overview?.pages ?? request.pages
    if !sample.view.cells.isEmpty, let extents = try? PageCache.extents(ofOwn: descriptor, bytes: bytes(shown)) {
      for extent in extents where extent.kind.holdsData {
        sample.view.add(extent)
        sample.overview?.add(extent)
      }
    }
    let extents = try? PageCache.extents(ofOwn: descriptor, bytes: bytes(request.cursor..<request.cursor + 1))
    // Where blocks are smaller than a page: the page's first piece that is no hole.
    sample.extent = extents?.first { $0.kind != .hole } ?? extents?.first
  }
}
