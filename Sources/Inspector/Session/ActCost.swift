import PageCache
import RangedMmap

/// What an act has cost; what the system does not say is `nil`.
package struct ActCost: Sendable, Equatable {
  package var time: Duration
  /// Page faults of the thread that did it, without and with a read for them.
  package var minorFaults: Int?
  package var majorFaults: Int?
  /// How many more pages of the file are in memory afterwards; below 0 if there are fewer.
  package var pages: Int?
  /// Bytes that the thread had read from storage.
  package var bytesRead: Int?
  /// How many fewer pages of the file are dirty afterwards: they are written, or in writeback.
  ///
  /// All pages of a folio are dirty together, and the file system may write those of its blocks alone that changed.
  package var cleaned: Int?
  /// Bytes that the file's device wrote meanwhile, for all who use it.
  package var bytesWritten: Int?

  init(time: Duration) { self.time = time }

  init(_ cost: Cost) {
    time = cost.time
    (minorFaults, majorFaults, bytesRead) = (cost.minorFaults, cost.majorFaults, cost.bytesRead)
  }

  /// The costs but for the time, each with its unit; what is unknown is left out.
  package func parts(size: (Int) -> String) -> [String] {
    var parts: [String] = []
    if let minorFaults, let majorFaults {
      parts.append("\(counted(minorFaults + majorFaults, "fault")), \(majorFaults) major")
    }
    if let pages { parts.append("\(pages < 0 ? "-" : "+")\(counted(abs(pages), "page"))") }
    if let bytesRead { parts.append("\(size(bytesRead)) read") }
    if let cleaned { parts.append("\(counted(cleaned, "page")) cleaned") }
    // Of an act that made no page clean it would be of others alone.
    if let bytesWritten, cleaned != 0 { parts.append("device wrote \(size(bytesWritten))") }
    return parts
  }

  /// All of it in a line.
  package var line: String {
    (["cost: \(Literal.describe(time: .microseconds(max(1, time.inNanoseconds / 1000))))"]
      + parts { Literal.describe(size: $0) })
      .joined(separator: ", ")
  }
}

/// What a script expects of the cost of the act before.
package enum CostField: String, Sendable, CaseIterable {
  case faults
  case minor
  case major
  /// Pages of the file that came into memory.
  case came
  /// Pages of the file that went.
  case gone
  /// Bytes from storage.
  case read
  /// Pages that are not dirty any more.
  case cleaned
  /// Bytes to the device, by all who use it.
  case written

  func of(_ cost: ActCost) -> Int? {
    switch self {
    case .faults: cost.minorFaults.flatMap { minor in cost.majorFaults.map { minor + $0 } }
    case .minor: cost.minorFaults
    case .major: cost.majorFaults
    case .came: cost.pages.map { max(0, $0) }
    case .gone: cost.pages.map { max(0, -$0) }
    case .read: cost.bytesRead
    case .cleaned: cost.cleaned
    case .written: cost.bytesWritten
    }
  }

  /// A number of it, in words.
  func describe(_ number: Int) -> String {
    switch self {
    case .faults: counted(number, "fault")
    case .minor, .major: counted(number, "\(self) fault")
    case .came: counted(number, "page") + " that came"
    case .gone, .cleaned: counted(number, "page") + " \(self)"
    case .read, .written: counted(number, "byte") + " \(self)"
    }
  }
}

/// Measures an act on the thread that does it.
struct ActMeter: Sendable {
  private let file: MmapFile?
  private let before: KernelCell?
  private let device: DeviceCounter?
  private let writtenBefore: Int?
  private let meter: CostMeter
  private let countsCleaned: Bool

  /// Begins to measure; the pages are those of a file, or of none.
  ///
  /// Pages that are cut or punched away are dirty no more, and were not written for that: they are not counted.
  init(_ file: MmapFile?, countsCleaned: Bool = true) {
    self.countsCleaned = countsCleaned
    self.file = file.flatMap { $0.size <= Self.mostBytes ? $0 : nil }
    before = self.file.flatMap(Self.count)
    device = file.flatMap { (try? PageCache.identity(of: $0.descriptor)).flatMap { DeviceCounter($0.device) } }
    writtenBefore = device?.bytes
    meter = CostMeter()
  }

  // The count would take longer than most acts: 26 ns a page in memory, so 7 ms for 1 GiB.
  static let mostBytes = 1 << 30

  private static func count(_ file: MmapFile) -> KernelCell? {
    try? KernelAnswer<KernelCell>(whole: file.descriptor).value
  }

  func cost() -> ActCost {
    var cost = ActCost(meter.cost())
    cost.bytesWritten = writtenBefore.flatMap { before in device?.bytes.map { $0 - before } }
    guard let before, let after = file.flatMap(Self.count) else { return cost }
    cost.pages = after.cached - before.cached
    if countsCleaned, let dirty = before.dirty, let left = after.dirty { cost.cleaned = max(0, dirty - left) }
    return cost
  }
}

extension Action {
  func meter(_ file: MmapFile?) -> ActMeter {
    ActMeter(isOpening ? nil : file, countsCleaned: !dropsDirtyPages)
  }
}
