import Foundation
import RangedMmap
import Rivals
import Synchronization
import SystemPackage

/// The library in a comparison: threads take ranges from the allocator, or shuffled from a list, and write them.
final class Ours {
  private let file: MmapFile
  private let path: String
  private let allocator: ConcurrentAllocator
  private let setting: Setting
  private let isInPlace: Bool
  private let buffers: Buffers?
  // Ranges that were taken before the clock starts, and what becomes of them.
  private let ranges: UnsafeMutablePointer<AllocatedRange>
  private let receipts: UnsafeMutablePointer<WriteReceipt>
  private let count: Int
  // On a cache line of its own: all threads change it, and read what stands around here.
  private let next = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
    .initializeMemory(as: Atomic<Int>.self, to: Atomic(0))

  init(_ setting: Setting, at path: String, inPlace: Bool, buffers: Buffers?) throws {
    (self.setting, self.path, isInPlace, self.buffers) = (setting, path, inPlace, buffers)
    (file, allocator) = try MmapFile.create(
      at: FilePath(path), size: setting.size, allocator: ConcurrentAllocator.self, storage: setting.storage)
    count = (setting.size + setting.chunk - 1) / setting.chunk
    ranges = .allocate(capacity: count)
    receipts = .allocate(capacity: count)
  }

  deinit {
    next.deallocate()
    ranges.deallocate()
    receipts.deallocate()
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes the whole file; the second time over pages that are resident.
  func write() -> Double {
    next.pointee.store(0, ordering: .relaxed)
    let body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, thread in
      Ours.of(context)?.work(Int(thread))
    }
    return rivals_threads(Int32(setting.threads), body, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Ours? {
    context.map { Unmanaged<Ours>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Takes all ranges out of the allocator, in an order if one is given.
  func prepare(order: [UInt32]?) {
    var taken: [UnsafeMutablePointer<AllocatedRange>] = []
    for _ in 0..<count {
      guard let range = allocator.allocate(setting.chunk) else { break }
      let place = UnsafeMutablePointer<AllocatedRange>.allocate(capacity: 1)
      place.initialize(to: range)
      taken.append(place)
    }
    for index in 0..<count {
      (ranges + index).moveInitialize(from: taken[order.map { Int($0[index]) } ?? index], count: 1)
    }
    for place in taken { place.deallocate() }
    isPrepared = true
  }
  private var isPrepared = false

  /// Gives out again what was written.
  func takeBack() {
    for index in 0..<count { (ranges + index).initialize(to: file.reuse((receipts + index).move())) }
  }

  private func work(_ thread: Int) {
    // Once, and not for each write: to count references on what threads share would cost more than a page.
    let worker = Worker(
      file: file, allocator: allocator, setting: setting, isInPlace: isInPlace, buffer: buffers?.each[thread])
    do {
      guard isPrepared else {
        try worker.writeAll()
        return
      }
      let (next, ranges, receipts, count) = (next, ranges, receipts, count)
      while true {
        let index = next.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        (receipts + index).initialize(to: try worker.write((ranges + index).move()))
      }
    } catch { fatalError("\(error)") }
  }

  func syncAll() throws { try file.syncAll() }

  /// Takes all ranges out of the allocator, by all threads, and leaves them.
  func allocate() -> Double {
    let body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, _ in
      guard let ours = Ours.of(context) else { return }
      let (allocator, chunk) = (ours.allocator, ours.setting.chunk)
      var sum = 0
      while let range = allocator.allocate(chunk) { sum &+= range.start }
      bench_use(sum)
    }
    return rivals_threads(Int32(setting.threads), body, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Reads all ranges back, each thread into its buffer.
  func read() -> Double {
    next.pointee.store(0, ordering: .relaxed)
    let body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, thread in
      Ours.of(context)?.readWork(Int(thread))
    }
    return rivals_threads(Int32(setting.threads), body, Unmanaged.passUnretained(self).toOpaque())
  }

  private func readWork(_ thread: Int) {
    do {
      while true {
        let index = next.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let buffer = UnsafeMutableRawBufferPointer(start: buffers?.each[thread], count: setting.chunk)
        var span = buffer.mutableBytes
        try file.read(receipts[index], into: &span)
      }
    } catch { fatalError("\(error)") }
  }

  /// Syncs range after range.
  func syncRanges() throws -> Double {
    try each { index in _ = try file.sync((receipts + index).move()) }
  }

  /// Starts the writeback of range after range.
  func flushRanges() throws -> Double { try each { index in try file.flush((receipts + index).pointee) } }

  /// Writes range after range again and syncs each before the next.
  func writeAndSync() throws -> Double {
    takeBack()
    let worker = Worker(
      file: file, allocator: allocator, setting: setting, isInPlace: isInPlace, buffer: buffers?.each[0])
    return try each { index in _ = try file.sync(worker.write((ranges + index).move())) }
  }

  private func each(_ step: (Int) throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    for index in 0..<min(count, setting.most ?? .max) { try step(index) }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Whether every byte is what was written; read as another program would.
  func verify() {
    let size = setting.size
    let base = UnsafeMmapFile(sharing: file).mutablePointer?.assumingMemoryBound(to: CChar.self)
    let place = bench_verify(base, size, Int32(Buffers.filler), setting.isGenerated ? 1 : 0)
    precondition(place < 0, "\(setting.name): the library lost the page at \(place)")
  }
}

/// What a thread needs for its writes.
private struct Worker {
  let file: MmapFile
  let allocator: ConcurrentAllocator
  let chunk: Int
  let isGenerated: Bool
  let isInPlace: Bool
  let buffer: UnsafeMutablePointer<CChar>?

  init(
    file: MmapFile, allocator: ConcurrentAllocator, setting: Setting, isInPlace: Bool,
    buffer: UnsafeMutablePointer<CChar>?
  ) {
    (self.file, self.allocator, self.isInPlace, self.buffer) = (file, allocator, isInPlace, buffer)
    (chunk, isGenerated) = (setting.chunk, setting.isGenerated)
  }

  func writeAll() throws { while let range = allocator.allocate(chunk) { _ = try write(range) } }

  @inline(__always)
  func write(_ range: consuming AllocatedRange) throws -> WriteReceipt {
    let (start, count) = (range.start, range.count)
    if isInPlace {
      return try file.write(to: range) { writer in
        writer.append(upTo: count) { memory in
          bench_generate(memory.baseAddress?.assumingMemoryBound(to: CChar.self), count, start)
          return count
        }
      }
    }
    guard let buffer else {
      var fresh = [UInt8](repeating: Buffers.filler, count: count)
      fresh.withUnsafeMutableBytes {
        bench_stamp($0.baseAddress?.assumingMemoryBound(to: CChar.self), count, start)
      }
      return try file.write(fresh, to: range)
    }
    if isGenerated { bench_generate(buffer, count, start) } else { bench_stamp(buffer, count, start) }
    return try file.write(UnsafeRawBufferPointer(start: buffer, count: count).bytes, to: range)
  }
}
