using System.Globalization;
using Spectre.Console;

namespace Madang.Bench;

/// <summary>Collects rows for a table, and ratios that are printed last, one a line, for programs to read.</summary>
internal sealed class Report
{
    private readonly Table _table = new Table().AddColumns("what", "madang", "peer", "ratio", "notes").Border(TableBorder.Rounded);
    private readonly List<(string Name, double Value)> _ratios = [];

    public void Row(string what, string madang, string peer = "", double? ratio = null, string notes = "") =>
        _table.AddRow(Markup.Escape(what), Markup.Escape(madang), Markup.Escape(peer), ratio is { } value ? Text(value) : "", Markup.Escape(notes));

    public void Ratio(string name, double value) => _ratios.Add((name, value));

    public void Print()
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 140);
        AnsiConsole.Write(_table);
        foreach (var (name, value) in _ratios)
            Console.WriteLine($"ratio {name} {Text(value)}");
    }

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>What several rounds gave.</summary>
internal static class Rounds
{
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Spread(this IReadOnlyCollection<double> values, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{values.Median():0.#} {unit} ({values.Min():0.#}-{values.Max():0.#})");
}
