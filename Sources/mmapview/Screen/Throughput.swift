/// How fast the workers of a shift write, measured once a second while they work.
struct Throughput {
  /// How many seconds are remembered.
  static let memory = 30

  /// Bytes a second of all workers, one sample a second, the newest last.
  private(set) var samples: [Double] = []
  /// The newest sample; `nil` while it is not known.
  private(set) var now: Double?
  private var nowByWorker: [Int: Double] = [:]
  private var last: (bytes: [Int: Int], time: ContinuousClock.Instant)?
  // The number of its first worker.
  private var shift: Int?

  func now(of worker: Int) -> Double? { nowByWorker[worker] }

  /// Takes a sample of what each worker of the shift has written, by number, if a second has passed since the last.
  ///
  /// A second in which the workers were paused is no measure.
  mutating func measure(_ bytes: [Int: Int], isMoving: Bool, at time: ContinuousClock.Instant = .now) {
    if bytes.keys.min() != shift {
      self = Throughput()
      shift = bytes.keys.min()
    }
    guard isMoving else {
      (last, now, nowByWorker) = (nil, nil, [:])
      return
    }
    guard let last else {
      self.last = (bytes, time)
      return
    }
    let seconds = (time - last.time) / .seconds(1)
    guard seconds >= 1 else { return }
    // A worker that has started meanwhile has no rate of its own yet, but its bytes count.
    nowByWorker = [:]
    for (worker, before) in last.bytes { nowByWorker[worker] = Double((bytes[worker] ?? before) - before) / seconds }
    let rate = Double(bytes.values.reduce(0, +) - last.bytes.values.reduce(0, +)) / seconds
    now = rate
    samples = samples.suffix(Self.memory - 1) + [rate]
    self.last = (bytes, time)
  }
}
