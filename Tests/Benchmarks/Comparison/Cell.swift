/// The runs of some contenders in one setting, taken in turns.
struct Cell {
  let setting: Setting
  private(set) var runs: [(contender: Contender, times: [Times])] = []

  /// Runs all contenders in turns, so that what changes on the machine meanwhile hits all of them.
  init(_ setting: Setting, _ contenders: [Contender], rounds: Int, isWhole: Bool = false) throws {
    self.setting = setting
    runs = contenders.map { ($0, []) }
    for round in 0..<rounds {
      for step in contenders.indices {
        // Another one begins each round: none always comes after the same one.
        let index = (step + round) % contenders.count
        let times = try Trial(setting: setting, contender: contenders[index], isWhole: isWhole).run()
        runs[index].times.append(times)
      }
    }
  }

  /// Bytes a second, by the median or by the fastest run; 0 of one that is not here.
  func speed(_ contender: Contender, by pick: ([Double]) -> Double = median, of time: (Times) -> Double = { $0.work })
    -> Double
  {
    runs.first { $0.contender == contender }.map { Double(setting.moved) / pick($0.times.map(time)) } ?? 0
  }

  /// Whether a contender is here.
  func has(_ contender: Contender) -> Bool { runs.contains { $0.contender == contender } }

  /// The fastest of those that are not ours.
  func bestRival(by pick: ([Double]) -> Double = median, of time: (Times) -> Double = { $0.work }) -> Contender {
    let rivals = runs.map(\.contender).filter { !$0.isOurs }
    return rivals.max { speed($0, by: pick, of: time) < speed($1, by: pick, of: time) } ?? .copy
  }

  /// Ours against another: above 1 it is faster.
  func ratio(
    to other: Contender, by pick: ([Double]) -> Double = median, of time: (Times) -> Double = { $0.work }
  ) -> Double { speed(.ours, by: pick, of: time) / speed(other, by: pick, of: time) }

  /// The lowest and the highest ratio of a round, in which both ran one after the other.
  func ratioRange(to other: Contender, of time: (Times) -> Double = { $0.work }) -> ClosedRange<Double>? {
    guard let mine = runs.first(where: { $0.contender == .ours }),
      let theirs = runs.first(where: { $0.contender == other })
    else { return nil }
    let ratios = zip(mine.times, theirs.times).map { time($1) / time($0) }
    guard let low = ratios.min(), let high = ratios.max() else { return nil }
    return low...high
  }
}

func median(_ times: [Double]) -> Double {
  let sorted = times.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

func fastest(_ times: [Double]) -> Double { times.min() ?? 0 }
