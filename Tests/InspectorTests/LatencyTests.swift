import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Measurements of workers")
final class LatencyTests: FolderSuite {
  @Test("Percentiles are within 7 % of the exact ones, over random data of all sizes", arguments: 1...20)
  func percentiles(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let histogram = LatencyHistogram()
    // Every power of two is as likely as any other, from 1 ns to minutes.
    let times = (0..<5000).map { _ in generator.next() >> UInt64(25 + generator.next(below: 39)) }
    for time in times { histogram.record(time) }
    var sum = Latencies()
    histogram.add(to: &sum)
    let sorted = times.sorted()
    #expect(sum.count == times.count)
    #expect(sum.max == .nanoseconds(Int64(sorted[4999])))
    for percent in stride(from: 0.1, through: 100, by: 0.1) {
      let exact = Double(sorted[max(1, Int((percent / 100 * 5000).rounded(.up))) - 1])
      let found = (sum.percentile(percent / 100) ?? .zero) / .nanoseconds(1)
      #expect(abs(found - exact) <= exact * 0.07, "p\(percent): \(found) for \(exact)")
    }
  }

  @Test("Each bucket holds what its middle stands for, and none is left out")
  func buckets() {
    #expect((0..<8).map { LatencyHistogram.bucket(UInt64($0)) } == Array(0..<8))
    var last = 7
    for power in 3..<40 {
      for eighth in 0..<8 {
        let time = UInt64(1 << power) + UInt64(eighth << power) / 8
        let bucket = LatencyHistogram.bucket(time)
        #expect(bucket >= last && bucket <= last + 1)
        last = bucket
        #expect(abs(Double(LatencyHistogram.middle(bucket)) - Double(time)) <= Double(time) * 0.07)
      }
    }
    #expect(last == LatencyHistogram.bucketCount - 1)
    #expect(LatencyHistogram.bucket(.max) == last)
    #expect(LatencyHistogram.bucket(0) == 0)
  }

  @Test("Nothing measured is nothing, not zero; several workers add up")
  func sums() {
    var sum = Latencies()
    #expect(sum.count == 0 && sum.max == nil && sum.percentile(0.5) == nil)
    for time: UInt64 in [10, 1000] {
      let histogram = LatencyHistogram()
      histogram.record(time)
      histogram.add(to: &sum)
    }
    #expect(sum.count == 2)
    #expect(sum.percentile(0.5) == .nanoseconds(10))
    #expect(sum.percentile(1) == .nanoseconds(992))
    #expect(sum.max == .nanoseconds(1000))
  }

  private func session() throws -> Session {
    let session = try Session()
    try session.perform(
      .create(path: folder.file("a").string, size: 1 << 20, isSparse: false, isForced: false))
    return session
  }

  @Test("Every operation is measured, and what was not ordered is not")
  func counts() throws {
    let session = try session()
    try session.play(lines: ["workers start 3 ops=20 flush=sync", "workers wait"])
    let pool = session.workers
    #expect(pool.orderedPhases == [.write, .sync])
    #expect(pool.latencies(of: .write).count == 60 && pool.latencies(of: .sync).count == 60)
    #expect(pool.latencies(of: .flush).count == 0)
    #expect(pool.workers.map { $0.latencies(of: .write).count } == pool.workers.map(\.operations))
    let average = try #require(pool.averageRate)
    #expect(average > 0 && pool.workers.allSatisfy { $0.averageRate != nil })
    // A figure of what has ended stands.
    #expect(pool.averageRate == average)
    try session.play(lines: ["workers start 1 ops=2 flush=async", "workers wait"])
    #expect(pool.shift.count == 1 && pool.latencies(of: .flush).count == 2 && pool.latencies(of: .sync).count == 0)
    #expect(pool.shift.first?.currentPages == nil)
  }

  @Test("The time for which workers are halted is no time at work")
  func pauses() throws {
    let session = try session()
    try session.play(lines: ["workers start 1 delay=1ms", "workers pause"])
    let before = try #require(session.workers.workers[0].timeAtWork)
    ContinuousClock().sleepHere(.milliseconds(30))
    #expect(session.workers.workers[0].timeAtWork == before)
    #expect(session.workers.workers[0].activity == .idle)
    try session.play(lines: ["workers resume"])
    #expect(isSoon { session.workers.workers[0].timeAtWork ?? .zero >= before + .milliseconds(30) })
    session.shutDown()
  }
}

extension ContinuousClock {
  fileprivate func sleepHere(_ time: Duration) {
    let end = now + time
    while now < end {}
  }
}
