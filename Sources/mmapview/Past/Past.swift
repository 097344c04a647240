import Inspector

/// What was shown of the open file, as differences from moment to moment, and which moment is looked at.
///
/// The oldest are forgotten where they take more memory than a limit. A step costs the cells that changed, and what is
/// in view; the size of the file does not count.
struct Past {
  /// An hour of workers at 30 frames a second is 108,000 differences, which took 12.3 MiB.
  ///
  /// With what the process has beside it, that is below 50 MB.
  static let limit = 16 << 20

  private let limit: Int
  private var differences: [Difference] = []
  // Those before are forgotten; they are removed together, half of the list at a time.
  private var first = 0
  private var facts: [KernelSample.Facts] = []
  private var newest: Moment?
  // What was made of the last sample: most frames show the same one.
  private var known: (sample: KernelSample, kernel: Moment.Kernel)?
  // The kernel's cells of the last frame: their marks may be older than those of the newest moment.
  private var lastCells: [Moment.Cell]?
  private var oldest: Moment?
  private(set) var bytes = 0
  private(set) var hasForgotten = false
  /// The moment that is looked at, and how many steps it is back; `nil` for now.
  private(set) var shown: (moment: Moment, steps: Int)?

  /// Whether another file was shown before this one.
  let follows: Bool

  init(limit: Int = Self.limit, follows: Bool = false) { (self.limit, self.follows) = (limit, follows) }

  /// How many steps back there are.
  var depth: Int { differences.count - first }

  /// When the oldest moment was that is kept.
  var reach: WallTime? { oldest?.time }

  /// Whether nothing older is kept than what is shown.
  var isAtEnd: Bool { (shown?.steps ?? 0) >= depth }

  /// Why there is nothing older.
  var end: String {
    guard hasForgotten else {
      return follows
        ? "this is the oldest of this file; what was shown of the file before is not kept"
        : "this is the oldest: nothing was shown before it"
    }
    return "older frames were forgotten: the ring holds \(Inspector.bytes(limit))"
  }

  /// How far back it reaches, in words.
  var report: String {
    guard let reach, depth > 0 else { return "the past: nothing but what is shown" }
    let forgotten = hasForgotten ? ", older ones forgotten" : ""
    return "the past: \(counted(depth, "step")) back to \(reach), \(Inspector.bytes(bytes)) of "
      + "\(Inspector.bytes(limit))\(forgotten)"
  }

  /// Keeps what an interface shows.
  mutating func keep(_ interface: Interface, _ session: Session, asIs: Bool = false, at time: WallTime = .now) {
    guard let moment = Moment(interface, session, at: time, known: known, asIs: asIs) else { return }
    if !asIs, let sample = interface.kernel, let kernel = moment.kernel { known = (sample, kernel) }
    keep(moment)
  }

  /// Keeps a moment, if a frame of it shows something else than one of the last.
  ///
  /// A frame may be drawn between what was done and the kernel's next sample. The moment of that sample takes its place.
  mutating func keep(_ moment: Moment) {
    guard let last = newest else {
      (newest, oldest) = (moment, moment)
      return
    }
    let isSameSample = moment.sampleTime == last.sampleTime
    let (isAlike, cells) = (moment.kernel == last.kernel, lastCells)
    lastCells = isAlike ? nil : moment.kernel?.cells
    if moment.shows(what: last, before: cells, isAlike: isAlike) {
      newest?.sampleTime = moment.sampleTime
      if !isSameSample { newest?.isAheadOfSample = false }
    } else if last.isAheadOfSample, !isSameSample, depth > 0, moment.library == last.library,
      moment.stored == last.stored, moment.hasWindow(of: last)
    {
      lastCells = cells ?? last.kernel?.cells
      dropNewest()
      keep(moment)
    } else {
      var moment = moment
      moment.isAheadOfSample = isSameSample && moment.sampleTime != nil && moment.library != last.library
      append(moment, after: last)
    }
  }

  private mutating func dropNewest() {
    guard let difference = differences.popLast(), var moment = newest.take() else { return }
    difference.step(.back, &moment, facts)
    newest = moment
    bytes -= difference.cost
    shown?.steps -= 1
  }

  private mutating func append(_ moment: Moment, after last: Moment) {
    let difference = Difference(from: last, to: moment, &facts)
    differences.append(difference)
    bytes += difference.cost
    (newest, lastCells) = (moment, nil)
    shown?.steps += 1
    while bytes > limit, depth > 1 { forgetOldest() }
  }

  private mutating func forgetOldest() {
    bytes -= differences[first].cost
    if var moment = oldest {
      oldest = nil
      differences[first].step(.forward, &moment, facts)
      oldest = moment
    }
    // Its bytes go now, its place in the list later.
    differences[first] = .forgotten
    first += 1
    hasForgotten = true
    if first > differences.count / 2 {
      differences.removeFirst(first)
      first = 0
    }
  }

  /// Steps back, or as far as there is something; returns how many steps it was.
  mutating func stepBack(_ count: Int) -> Int {
    guard case (var moment, let steps)? = shown ?? newest.map({ ($0, 0) }) else { return 0 }
    let wanted = max(0, min(count, depth - steps))
    guard wanted > 0 else { return 0 }
    shown = nil
    if wanted == depth - steps, let oldest {
      moment = oldest
    } else {
      for index in steps..<steps + wanted { differences[differences.count - 1 - index].step(.back, &moment, facts) }
    }
    shown = (moment, steps + wanted)
    return wanted
  }

  /// Steps forward; from the last step on it is now.
  mutating func stepForward(_ count: Int) {
    guard var (moment, steps) = shown else { return }
    shown = nil
    // What came after the moment that is shown may be forgotten.
    if steps > depth, let oldest { (moment, steps) = (oldest, depth + 1) }
    let left = max(0, steps - count)
    guard left > 0 else { return }
    for index in (left..<min(steps, depth)).reversed() {
      differences[differences.count - 1 - index].step(.forward, &moment, facts)
    }
    shown = (moment, left)
  }

  /// Shows what is now.
  mutating func leave() { shown = nil }
}
