import Foundation
import Glibc
import Rivals

/// One run of a contender in a setting, on a file of its own that is gone afterwards.
struct Trial {
  let setting: Setting
  let contender: Contender
  /// Whether the file is synced at the end, and the whole of it timed.
  var isWhole = false

  func run() throws -> Times {
    let path = setting.folder.path + "/mmapview-comparison-\(UUID().uuidString).bin"
    // What the last run left must not be written back during this one.
    bench_settle(setting.folder.path, min(2 * setting.size, 1 << 30))
    let buffers = setting.hasFreshBuffers ? nil : Buffers(setting.threads, size: setting.chunk)
    return contender.isOurs ? try runOurs(path, buffers) : runRival(path, buffers)
  }

  private func runOurs(_ path: String, _ buffers: Buffers?) throws -> Times {
    let start = ContinuousClock.now
    let ours = try Ours(setting, at: path, inPlace: contender == .inPlace, buffers: buffers)
    if keepsList { ours.prepare(order: order) }
    if setting.pages == .resident {
      for _ in 0..<2 {
        _ = ours.write()
        ours.takeBack()
      }
    }
    if setting.action == .allocate {
      let work = ours.allocate()
      return Times(work: work, total: work)
    }
    var work = ours.write()
    switch setting.action {
    case .write, .allocate: break
    case .read: work = ours.read()
    case .sync: work = try ours.syncRanges()
    case .flush: work = try ours.flushRanges()
    case .writeAndSync:
      try ours.syncAll()
      work = try ours.writeAndSync()
    }
    if isWhole { try ours.syncAll() }
    let total = (ContinuousClock.now - start) / .seconds(1)
    ours.verify()
    return Times(work: work, total: total)
  }

  private func runRival(_ path: String, _ buffers: Buffers?) -> Times {
    let start = ContinuousClock.now
    var rival = rival_open(
      path, setting.size, setting.storage == .preallocated && contender != .crate ? 1 : 0,
      contender == .mapPopulate ? 1 : 0)
    if contender == .huge { madvise(rival.base, setting.size, MADV_HUGEPAGE) }
    defer { rival_close(rival, path) }
    let mapping = contender == .mapPopulate ? (ContinuousClock.now - start) / .seconds(1) : 0
    rival.chunk = setting.chunk
    rival.most = setting.most ?? .max
    rival.buffers = buffers?.each
    rival.generates = setting.isGenerated ? 1 : 0
    rival.way = contender == .pwrite ? RIVAL_PWRITE : contender == .populate ? RIVAL_POPULATE : RIVAL_COPY
    var (todo, done) = keepsList ? (places, places) : ([], [])
    var (work, total) = (0.0, 0.0)
    todo.withUnsafeMutableBufferPointer { todo in
      done.withUnsafeMutableBufferPointer { done in
        // The library's ranges come from a list there too.
        if keepsList {
          (rival.todo, rival.done) = (todo.baseAddress, done.baseAddress)
        }
        if setting.pages == .resident { for _ in 0..<2 { _ = write(&rival) } }
        work = run(setting.action == .allocate ? rival_allocate : rival_write, &rival)
        switch setting.action {
        case .write, .allocate: break
        case .read: work = run(rival_read, &rival)
        case .sync: work = sync(rival_sync, &rival)
        case .flush: work = sync(rival_flush, &rival)
        case .writeAndSync:
          rival_sync(&rival, 0, setting.size)
          work = run(rival_write_and_sync, &rival)
        }
        if isWhole { rival_sync(&rival, 0, setting.size) }
        total = (ContinuousClock.now - start) / .seconds(1)
      }
    }
    if setting.action == .allocate { return Times(work: work, total: total) }
    let place = bench_verify(rival.base, setting.size, Int32(Buffers.filler), rival.generates)
    precondition(place < 0, "\(contender) lost the page at \(place)")
    return Times(work: work + mapping, total: total)
  }

  private func write(_ rival: inout rival) -> Double { run(rival_write, &rival) }

  private func run(_ body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void, _ rival: inout rival) -> Double {
    // On a cache line of its own, as the library's.
    let next = UnsafeMutablePointer<Int>.allocate(capacity: 64)
    defer { next.deallocate() }
    next.initialize(repeating: 0, count: 64)
    rival.next = next + 32
    return rivals_threads(Int32(setting.threads), body, &rival)
  }

  private func sync(_ step: (UnsafePointer<rival>, Int, Int) -> Void, _ rival: inout rival) -> Double {
    let start = ContinuousClock.now
    for place in places { step(&rival, place.start, place.count) }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Whether ranges are taken from a list, and not from the allocator while the clock runs.
  private var keepsList: Bool {
    setting.pages == .resident || setting.isShuffled || ![.write, .allocate].contains(setting.action)
  }

  private var places: [place] {
    let count = (setting.size + setting.chunk - 1) / setting.chunk
    return (order ?? Array(0..<UInt32(count))).map { index in
      let start = Int(index) * setting.chunk
      return place(start: start, count: min(setting.chunk, setting.size - start), file: 1)
    }
  }

  /// The same shuffle for all.
  private var order: [UInt32]? {
    guard setting.isShuffled else { return nil }
    var random = SplitMix(state: 7)
    return (0..<UInt32((setting.size + setting.chunk - 1) / setting.chunk)).shuffled(using: &random)
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
