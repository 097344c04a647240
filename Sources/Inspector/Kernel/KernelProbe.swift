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
  /// The page at the cursor.
  public let cursor: Int

  /// A request for the pages in view.
  public init(_ file: SampledFile, pages: Range<Int>, cursor: Int) {
    self.file = file
    self.pages = pages
    self.cursor = cursor
  }
}

extension KernelRequest: Equatable {
  /// Whether both ask for the same.
  public static func == (one: Self, other: Self) -> Bool {
    one.file === other.file && one.pages == other.pages && one.cursor == other.cursor
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
    var sample = KernelSample(pages: request.pages, cursor: request.cursor)
    sample.fileSystem = fileSystem
    do throws(UnknownReason) {
      let runs = try PageCache.runs(of: descriptor, pages: request.pages)
      sample.states = runs.flatMap { Array(repeating: $0.state, count: $0.pages.count) }
      sample.totals = try PageCache.counts(of: descriptor, bytes: 0..<request.file.size)
      sample.alike = try Self.alike(request.cursor, descriptor, request.file.size)
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
          request.file, request.pages, sample.states, modified: status.st_mtim, at: now)
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

  // Residency is worth having where cachestat(2) is missing; it is refused where it would be a guess.
  private static func fallBack(_ sample: inout KernelSample, _ descriptor: FileDescriptor) {
    guard let runs = try? PageCache.residency(of: descriptor, pages: sample.pages) else { return }
    sample.states = runs.flatMap { Array(repeating: $0.state, count: $0.pages.count) }
    sample.isResidencyOnly = true
  }

  private static func alike(
    _ cursor: Int, _ descriptor: FileDescriptor, _ size: Int
  ) throws(UnknownReason) -> Range<Int> {
    let largest = (2 << 20) / Alignment.page
    let start = cursor / largest * largest
    let block = start..<min(start + largest, max(cursor + 1, Alignment.pages(in: size)))
    return try PageCache.runs(of: descriptor, pages: block).first { $0.pages.contains(cursor) }?.pages
      ?? cursor..<cursor + 1
  }

  private func locate(_ sample: inout KernelSample, _ request: KernelRequest) {
    func bytes(_ pages: Range<Int>) -> Range<Int> {
      let end = min(pages.upperBound * Alignment.page, request.file.size)
      return min(pages.lowerBound * Alignment.page, end)..<end
    }
    let descriptor = request.file.descriptor
    if let extents = try? PageCache.extents(of: descriptor, bytes: bytes(request.pages)) {
      sample.kinds = Array(repeating: .hole, count: request.pages.count)
      for extent in extents where extent.kind != .hole {
        let pages = extent.bytes.lowerBound / Alignment.page..<Alignment.pages(in: extent.bytes.upperBound)
        for page in pages.clamped(to: request.pages) { sample.kinds[page - request.pages.lowerBound] = extent.kind }
      }
    }
    let extents = try? PageCache.extents(of: descriptor, bytes: bytes(request.cursor..<request.cursor + 1))
    // Of a page with blocks smaller than itself, the first piece that is no hole.
    sample.extent = extents?.first { $0.kind != .hole } ?? extents?.first
  }
}
