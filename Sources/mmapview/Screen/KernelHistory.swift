import Inspector

/// How many pages of the file were cached, dirty and in writeback in the last minute, as far as samples were taken.
///
/// A second without a sample has no value, and takes none from its neighbours: what happened in it is not known.
struct KernelHistory {
  /// How many seconds are kept.
  static let span = 60

  /// The most in any sample of a second, so that a short writeback shows; `nil` where only residency is known.
  struct Value: Equatable {
    var cached: Int
    var dirty: Int?
    var writeback: Int?
  }

  /// The last second, as the clock on the wall had it.
  private(set) var end: WallTime?
  // In order; the last one is of the last sample.
  private var values: [(second: Int, value: Value)] = []
  private var file: SampledFile?
  private let start: ContinuousClock.Instant

  init(from start: ContinuousClock.Instant = .now) { self.start = start }

  mutating func take(_ sample: KernelSample, of file: SampledFile, at time: ContinuousClock.Instant, _ wall: WallTime) {
    // The same file goes on where it grows.
    if self.file?.identity != file.identity { self = KernelHistory(from: start) }
    self.file = file
    guard let totals = sample.totals else { return }
    take(Value(cached: totals.cached, dirty: totals.dirty, writeback: totals.writeback), at: time, wall)
  }

  mutating func take(_ value: Value, at time: ContinuousClock.Instant, _ wall: WallTime) {
    let second = Int((time - start).components.seconds)
    end = wall
    if let last = values.last, last.second == second {
      values[values.count - 1].value = Self.greatest([last.value, value]) ?? value
    } else {
      values.append((second, value))
    }
    values.removeAll { $0.second <= second - Self.span }
  }

  /// The last minute in steps of so many seconds, the newest last; `nil` where no sample was taken.
  func steps(of seconds: Int) -> [Value?] {
    let count = Self.span / seconds
    guard let last = values.last?.second else { return Array(repeating: nil, count: count) }
    var parts = [[Value]](repeating: [], count: count)
    for (second, value) in values {
      let step = count - 1 - (last - second) / seconds
      if step >= 0 { parts[step].append(value) }
    }
    return parts.map(Self.greatest)
  }

  private static func greatest(_ values: [Value]) -> Value? {
    guard var all = values.first else { return nil }
    for value in values.dropFirst() {
      all.cached = max(all.cached, value.cached)
      all.dirty = [all.dirty, value.dirty].compactMap { $0 }.max()
      all.writeback = [all.writeback, value.writeback].compactMap { $0 }.max()
    }
    return all
  }
}
