import RangedMmap

/// The pages that have faulted in the last seconds, which flash on the screen.
struct FaultFlashes {
  private struct Flash {
    let time: ContinuousClock.Instant
    /// In order.
    let runs: [Range<Int>]
  }

  // The oldest first.
  private var flashes: [Flash] = []

  // As long as marks of changed bytes.
  static let freshTime = Duration.milliseconds(800)
  static let markTime = Duration.seconds(4)
  // A tenth of a second more is not seen, and makes ten wake-ups a second at most of thirty.
  private static let slack = Duration.milliseconds(100)

  mutating func add(_ runs: [Range<Int>], at time: ContinuousClock.Instant) {
    flashes.removeAll { time - $0.time >= Self.markTime + Self.slack }
    if !runs.isEmpty { flashes.append(Flash(time: time, runs: runs)) }
  }

  /// Whether a page has faulted just now.
  func areFresh(at now: ContinuousClock.Instant) -> Bool {
    flashes.last.map { now - $0.time < Self.freshTime } ?? false
  }

  /// How long until a mark changes; `nil` where there is none.
  func timeLeft(at now: ContinuousClock.Instant) -> Duration? {
    [Self.freshTime, Self.markTime].compactMap { age in
      flashes.first { now - $0.time < age }.map { $0.time + age - now + Self.slack }
    }.min()
  }

  /// The freshest mark of each cell, of so many pages each, in a row from the first page on; empty where none has one.
  func marks(of pages: Range<Int>, each pagesPerCell: Int, at now: ContinuousClock.Instant) -> [KernelSample.Mark?] {
    var marks: [KernelSample.Mark?] = []
    for flash in flashes.reversed() {
      let age = now - flash.time
      if age >= Self.markTime { break }
      let mark = age < Self.freshTime ? KernelSample.Mark.fresh : .fading
      var next = firstIndex(below: flash.runs.count) { flash.runs[$0].upperBound > pages.lowerBound }
      while next < flash.runs.count, flash.runs[next].lowerBound < pages.upperBound {
        let part = flash.runs[next].clamped(to: pages)
        next += 1
        if marks.isEmpty {
          marks = Array(repeating: nil, count: (pages.count + pagesPerCell - 1) / pagesPerCell)
        }
        let cells =
          (part.lowerBound - pages.lowerBound) / pagesPerCell...(part.upperBound - 1 - pages.lowerBound) / pagesPerCell
        for cell in cells where marks[cell] == nil { marks[cell] = mark }
      }
    }
    return marks
  }
}
