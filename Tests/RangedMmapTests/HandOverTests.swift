import Dispatch
import RangedMmap
import TestSupport
import Testing

@Suite("A box for one range")
struct HandOverTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let box: HandOver<WriteReceipt>

  init() throws {
    folder = try TemporaryFolder()
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    self.file = file
    box = HandOver(try file.write([UInt8](repeating: 0, count: 4096), to: try require(take: allocator.allocate(1))))
  }

  @Test("Its value is used where it is, changed, and still there to be taken")
  func lends() throws {
    #expect(box.withValue { $0.count } == 4096)
    try box.withValue { receipt in try file.update(&receipt) { $0[1] = 5 } }
    _ = try file.sync(try require(take: box.take()))
    expectNone(box.withValue { $0.count })
    #expect(try folder.bytes("a").prefix(3) == [0, 5, 0])
  }

  @Test("A receipt is made durable where it is, again after each change, and is exchanged with no system call")
  func syncsInPlace() throws {
    for value in [1, 2] as [UInt8] {
      try box.withValue { receipt in
        try file.update(&receipt) { $0[0] = value }
        #expect(file.states[0] == .written)
        try file.sync(inPlace: &receipt)
        #expect(file.states[0] == .flushed)
      }
    }
    // No sync could succeed now.
    try run("rm", [folder.file("a").string])
    #expect(try file.sync(try require(take: box.take())).byteRange == 0..<4096)
  }

  @Test("A receipt that could not be made durable where it is is good for nothing but to be written again")
  func failsInPlace() throws {
    try run("truncate", ["-s", "0", folder.file("a").string])
    #expect(code { try box.withValue { try file.sync(inPlace: &$0) } } == .truncated)
    #expect(file.states[0] == .lost)
    try run("truncate", ["-s", "4096", folder.file("a").string])
    #expect(code { try box.withValue { try file.sync(inPlace: &$0) } } == .lost)
    #expect(code { try box.withValue { try file.update(&$0) { $0[0] = 1 } } } == .lost)
    let range = file.reuse(try require(take: box.take()))
    var again = try file.write([UInt8](repeating: 3, count: 4096), to: range)
    try file.sync(inPlace: &again)
    #expect(file.states[0] == .flushed)
    let (other, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    #expect(code { try other.sync(inPlace: &again) } == .foreignRange)
    _ = try file.sync(again)
  }

  @Test("Another value takes the place of one that is consumed")
  func replaces() throws {
    let (_, allocator) = try MmapFile.create(at: folder.file("b"), size: 8192, allocator: FreeListAllocator.self)
    let box = HandOver(try require(take: allocator.allocate(4096)))
    box.withValue { range in
      guard let next = allocator.allocate(4096) else { return }
      allocator.free(range)
      range = next
    }
    #expect(try require(take: box.take()).byteRange == 4096..<8192)
    #expect(try require(take: allocator.allocate(4096)).byteRange == 0..<4096)
  }

  @Test("What the closure throws comes out, and the value stays")
  func throwing() throws {
    #expect(throws: CancellationError.self) { try box.withValue { _ in throw CancellationError() } }
    #expect(box.withValue { $0.count } == 4096)
  }

  @Test("Many threads use it one after the other, and who takes it waits for the closure that has it")
  func waits() throws {
    let taken = Locked(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<200 {
        if thread == 0, round == 100 {
          if let receipt = box.take() { taken.withLock { $0 += receipt.count } }
        } else {
          // Not atomic: two at once would lose one.
          _ = try? box.withValue { receipt in
            try file.update(&receipt) { $0.store(littleEndian: $0.load(littleEndianAt: 0, as: UInt32.self) + 1, at: 0) }
            taken.withLock { $0 += 1 << 20 }
          }
        }
      }
    }
    #expect(taken.withLock { $0 & 0xfffff } == 4096)
    let counted = try file.peek(0..<4).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(counted == taken.withLock { $0 >> 20 })
  }

  @Test("The closure that has the value can't ask the box for it again: a trap, and no wait for ever")
  func reentrance() async {
    expectTrap(
      "a box is asked for its value by the closure that has it",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try HandOverTests().takeInside()
      })
    expectTrap(
      "a box is asked for its value by the closure that has it",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try HandOverTests().lendInside()
      })
  }

  private func takeInside() throws { box.withValue { _ in _ = box.take() } }
  private func lendInside() throws { box.withValue { _ in _ = box.withValue { $0.count } } }
}

/// What the documentation says of ranges in properties of classes.
@Suite("A range in a property of a class")
struct ClassStorageTests {
  // A debug build traps, an optimised one does not: that is the compiler's doing, and named in the documentation.
  @Test(
    "To consume it while it is lent is a trap in a debug build",
    .enabled(if: isDebug, "an optimised build does not look"))
  func traps() async {
    expectTrap(
      "Fatal access conflict detected",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
        let owner = Owner(
          try file.write([UInt8](repeating: 0, count: 4096), to: try require(take: allocator.allocate(1))))
        try owner.read(file)
      })
  }

  private final class Owner {
    private var receipt: WriteReceipt?
    init(_ receipt: consuming WriteReceipt) { self.receipt = consume receipt }

    func read(_ file: MmapFile) throws {
      switch receipt {
      case .some(let lent):
        try file.withBytes(of: lent) { _ in if let taken = receipt.take() { _ = file.reuse(taken) } }
      case nil: break
      }
    }
  }
}

private let isDebug: Bool = {
  var isDebug = false
  assert({ isDebug = true }() == ())
  return isDebug
}()
