import PageCache
import RangedMmap

/// How many pages of the file were cached, dirty and in writeback in the last minute, as far as they were counted: by
/// samples, and by commands that count.
///
/// A second without a count has no value, and takes none from its neighbours: what happened in it is not known.
package struct KernelHistory {
  /// How many seconds are kept.
  package static let span = 60

  /// The most in any count of a second, so that a short writeback shows; `nil` where only residency is known.
  package struct Value: Equatable {
    package var cached: Int
    package var dirty: Int?
    package var writeback: Int?

    package init(cached: Int, dirty: Int?, writeback: Int?) {
      (self.cached, self.dirty, self.writeback) = (cached, dirty, writeback)
    }
  }

  /// The last second, as the clock on the wall had it.
  package private(set) var end: WallTime?
  // In order; the last one is of the last count.
  private var values: [(second: Int, value: Value)] = []
  // The most in any count of a part of the file in a second: of the whole there were at least so many.
  private var part: (second: Int, value: Value)?
  private let start: ContinuousClock.Instant

  package init(from start: ContinuousClock.Instant = .now) { self.start = start }

  package mutating func take(_ value: Value, at time: ContinuousClock.Instant, _ wall: WallTime) {
    let second = Int((time - start).components.seconds)
    end = wall
    let part = part.flatMap { $0.second == second ? $0.value : nil }
    if let last = values.last, last.second == second {
      values[values.count - 1].value = Self.greatest([last.value, value]) ?? value
    } else {
      values.append((second, Self.greatest([value, part].compactMap { $0 }) ?? value))
    }
    values.removeAll { $0.second <= second - Self.span }
  }

  /// Takes a count of a part of the file, which is shown if the whole is counted in the same second.
  package mutating func take(part value: Value, at time: ContinuousClock.Instant) {
    let second = Int((time - start).components.seconds)
    let before = part.flatMap { $0.second == second ? $0.value : nil }
    part = Self.greatest([value, before].compactMap { $0 }).map { (second, $0) }
    if let last = values.last, last.second == second {
      values[values.count - 1].value = Self.greatest([last.value, value]) ?? value
    }
  }

  /// The last minute in steps of so many seconds, the newest last; `nil` where nothing was counted.
  package func steps(of seconds: Int) -> [Value?] {
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

extension Session {
  /// What the kernel has counted of the open file in the last minute.
  package var kernelHistory: KernelHistory { document.kernelHistory }

  /// Takes counts of the open file, or of a part of it.
  package func take(_ counts: KernelCell, isOfWhole: Bool = true, at time: WallTime = .now) {
    let value = KernelHistory.Value(cached: counts.cached, dirty: counts.dirty, writeback: counts.writeback)
    if isOfWhole {
      document.kernelHistory.take(value, at: .now, time)
    } else {
      document.kernelHistory.take(part: value, at: .now)
    }
  }

  /// Counts the pages of the whole file.
  func countPages(of file: MmapFile) throws(PageCacheError) -> KernelAnswer<KernelCell> {
    let answer = try KernelAnswer<KernelCell>(whole: file.descriptor)
    take(answer.value)
    return answer
  }
}
