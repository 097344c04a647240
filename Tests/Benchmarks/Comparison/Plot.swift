import Foundation

enum Plot {
  static func write(_ cells: [Cell], of experiment: Experiment, to folder: String) throws {}
}
