/// Turns of one worker in a row, as `workers turn` names them.
package struct NamedTurn: Sendable, Equatable, CustomStringConvertible {
  package enum Operation: Sendable, Equatable {
    case advances(Int)
    /// It ends, and the range that it holds comes back, allocated.
    case leaves
  }

  package let worker: Int
  package let operation: Operation

  var singles: [NamedTurn] {
    guard case .advances(let count) = operation else { return [self] }
    return Array(repeating: NamedTurn(worker: worker, operation: .advances(1)), count: count)
  }

  package var description: String {
    switch operation {
    case .advances(1): "\(worker)"
    case .advances(let count): "\(worker)x\(count)"
    case .leaves: "\(worker)!"
    }
  }
}

extension Parameter where Value == [NamedTurn] {
  static var turns: Self {
    let kind = ArgumentKind(
      "TURN", "turn", "a worker's number for its next phase, 3x5 for five of them, or 3! to end it there")
    return Parameter(kind, .repeated) { arguments throws(SyntaxError) in
      let words = [try arguments.required(kind)] + arguments.rest(kind)
      return try words.map { word throws(SyntaxError) in
        if let turn = NamedTurn(word.text) { return turn }
        throw SyntaxError(
          "\(word) is no turn: write 3 for the next phase of worker 3, 3x5 for five, or 3! to end it", at: word.columns)
      }
    }
  }
}

extension NamedTurn {
  init?(_ text: String) {
    func number(_ digits: Substring) -> Int? { Literal.decimal(digits).flatMap { $0 > 0 ? $0 : nil } }
    if text.last == "!", let worker = number(text.dropLast()) {
      self.init(worker: worker, operation: .leaves)
      return
    }
    let parts = text.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.compactMap(number)
    guard let worker = numbers.first, numbers.count == parts.count else { return nil }
    self.init(worker: worker, operation: .advances(numbers.count > 1 ? numbers[1] : 1))
  }
}
