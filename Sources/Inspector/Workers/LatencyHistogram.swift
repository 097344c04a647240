import Synchronization

/// Counts how long something took, in buckets of a fixed number: eight for each power of two of nanoseconds.
///
/// One thread records, with plain stores and no lock, in a few nanoseconds; any thread may read meanwhile.
final class LatencyHistogram: Sendable {
  // Up to 2⁴⁰ ns, which is 18 minutes; what takes longer goes into the last bucket. 32 bits are enough: a worker takes
  // each page once, and so many pages are 16 TiB.
  private typealias Buckets = InlineArray<304, Atomic<UInt32>>
  static let bucketCount = Buckets.count
  private let counts = Buckets { _ in Atomic(0) }
  private let longest = Atomic<UInt64>(0)

  func record(_ nanoseconds: UInt64) {
    let bucket = Self.bucket(nanoseconds)
    // Its only writer: no lock.
    counts[bucket].store(counts[bucket].load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    if nanoseconds > longest.load(ordering: .relaxed) { longest.store(nanoseconds, ordering: .relaxed) }
  }

  func add(to sum: inout Latencies) {
    for bucket in 0..<Self.bucketCount { sum.counts[bucket] += Int(counts[bucket].load(ordering: .relaxed)) }
    sum.longest = max(sum.longest, longest.load(ordering: .relaxed))
  }

  /// The bucket of a time: below 8 ns one for each, then eight for each power of two.
  static func bucket(_ nanoseconds: UInt64) -> Int {
    guard nanoseconds >= 8 else { return Int(nanoseconds) }
    let power = 63 - nanoseconds.leadingZeroBitCount
    let eighth = Int(nanoseconds >> UInt64(power - 3)) & 7
    return min((power - 2) * 8 + eighth, bucketCount - 1)
  }

  /// The middle of a bucket, which is less than 7 % from all that is in it.
  static func middle(_ bucket: Int) -> UInt64 {
    guard bucket >= 8 else { return UInt64(bucket) }
    let width = UInt64(1) << UInt64(bucket / 8 - 1)
    return UInt64(8 + bucket % 8) * width + width / 2
  }
}

package struct Latencies: Sendable, Equatable {
  fileprivate(set) var counts = [Int](repeating: 0, count: LatencyHistogram.bucketCount)
  fileprivate(set) var longest: UInt64 = 0

  init() {}

  package var count: Int { counts.reduce(0, +) }

  /// The longest time, exactly; `nil` if there was none.
  package var max: Duration? { count == 0 ? nil : .nanoseconds(Int64(clamping: longest)) }

  /// The time that a share of all, from 0 to 1, did not exceed, within 7 %; `nil` if there was none.
  package func percentile(_ share: Double) -> Duration? {
    let count = count
    guard count > 0 else { return nil }
    let rank = Swift.min(count, Swift.max(1, Int((share * Double(count)).rounded(.up))))
    var seen = 0
    let bucket = counts.firstIndex { number in
      seen += number
      return seen >= rank
    }
    guard let bucket else { return nil }
    return .nanoseconds(Int64(clamping: Swift.min(LatencyHistogram.middle(bucket), longest)))
  }
}

package enum TimedPhase: String, Sendable, CaseIterable {
  case write
  case flush
  case sync
}
