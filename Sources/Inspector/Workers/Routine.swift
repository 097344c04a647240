import RangedMmap

/// A worker's way through its operations, phase by phase: allocate, write, and what was ordered to follow.
struct Routine: ~Copyable, Sendable {
  enum Phase: Sendable {
    case allocated
    case written
    case flushing
    case durable
    /// Nothing was left to do: the file is full, or all operations are made.
    case done
  }

  private enum Held: ~Copyable, Sendable {
    case nothing
    case range(AllocatedRange)
    case receipt(WriteReceipt)
  }

  let worker: Worker
  private let file: MmapFile
  private let allocator: ConcurrentAllocator
  private let fill: PatternFill
  private var held = Held.nothing
  private(set) var isUnderway = false

  init(_ worker: Worker, _ file: MmapFile, _ allocator: ConcurrentAllocator, _ fill: PatternFill) {
    self.worker = worker
    self.file = file
    self.allocator = allocator
    self.fill = fill
  }

  private var author: Author { .worker(worker.number) }

  mutating func advance() throws(CommandError) -> Phase {
    var taken = Held.nothing
    swap(&taken, &held)
    do throws(MmapFileError) {
      switch consume taken {
      case .nothing: return allocate()
      case .range(let range): return try write(range)
      case .receipt(let receipt): return try settle(receipt)
      }
    } catch {
      isUnderway = false
      if let range = error.takeRange() {
        worker.hand(RangeRecord(range, by: author), .leaves)
      } else {
        worker.note(.leaves)
      }
      throw CommandError(error)
    }
  }

  /// Hands over what it holds: as far as it came, or to be written again, as after an error.
  mutating func giveUp(forReuse: Bool = false) {
    var taken = Held.nothing
    swap(&taken, &held)
    isUnderway = false
    switch consume taken {
    case .nothing: break
    case .range(let range): worker.hand(RangeRecord(range, by: author))
    case .receipt(let receipt):
      if forReuse { worker.hand(RangeRecord(file.reuse(receipt), by: author)) } else { hand(receipt) }
    }
  }

  private mutating func allocate() -> Phase {
    guard !worker.hasMadeAll,
      let range = worker.allocate(allocator)
    else { return .done }
    worker.begin(at: range.start)
    held = .range(range)
    isUnderway = true
    return .allocated
  }

  private mutating func write(_ range: consuming AllocatedRange) throws(MmapFileError) -> Phase {
    let (start, byteCount) = (range.start, range.count)
    worker.set(.writing)
    let time = MonotonicTime.now
    let receipt = try file.write(to: range) { writer in try fill.fill(writer, start: start) }
    worker.record(.write, since: time)
    worker.count(bytes: byteCount)
    if worker.order.flush == .none {
      hand(receipt)
      finishOperation()
    } else {
      held = .receipt(receipt)
      worker.note(.advances)
    }
    return .written
  }

  private mutating func settle(_ receipt: consuming WriteReceipt) throws(MmapFileError) -> Phase {
    let time = MonotonicTime.now
    guard worker.order.flush == .sync else {
      worker.set(.flushing)
      var refusal: MmapFileError?
      do throws(MmapFileError) { try file.flush(receipt) } catch { refusal = error }
      if refusal == nil { worker.record(.flush, since: time) }
      hand(receipt)
      if let refusal { throw refusal }
      finishOperation()
      return .flushing
    }
    worker.set(.syncing)
    let flushed = try file.sync(receipt)
    worker.record(.sync, since: time)
    worker.hand(RangeRecord(flushed, fill.content, by: author))
    finishOperation()
    return .durable
  }

  private func hand(_ receipt: consuming WriteReceipt) {
    worker.hand(RangeRecord(receipt, fill.content, by: author))
  }

  private mutating func finishOperation() {
    worker.countOperation()
    isUnderway = false
  }
}

extension Routine {
  /// Goes through all operations without a stop, as a thread does.
  consuming func run(_ gate: PauseGate, onHalt: () -> Void) {
    var failure: CommandError?
    var isDone = false
    do throws(CommandError) {
      while !isDone, passes(gate, onHalt) {
        isDone = try advance() == .done
        while isUnderway { _ = try advance() }
        if !isDone, worker.order.delay > .zero {
          worker.set(.idle)
          gate.rest(worker.order.delay)
        }
      }
    } catch { failure = error }
    // One that has made all its operations ends with the last; one that failed has said so.
    if !isDone, failure == nil, !worker.hasMadeAll { worker.note(.leaves) }
    worker.finish(failure)
  }

  private func passes(_ gate: PauseGate, _ onHalt: () -> Void) -> Bool {
    if gate.mayPass { return true }
    worker.set(.idle)
    onHalt()
    return gate.pass()
  }
}
