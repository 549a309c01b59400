using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Madang.Platform.Telemetry;

/// <summary>
/// Writes metrics in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), named by
/// OpenTelemetry's rules for it: dots become underscores, the unit and, for counters, <c>_total</c> are appended.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(in Batch<Metric> metrics)
    {
        // Series of one name stand together, whichever meters they come from, and none twice: a scrape with doubles is refused whole.
        var families = new Dictionary<string, (string Type, StringBuilder Text)>(StringComparer.Ordinal);
        var series = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            if (TypeOf(metric.MetricType) is not { } type)
                continue;
            var name = NameOf(metric.Name, metric.Unit, type);
            if (!families.TryGetValue(name, out var family))
            {
                families[name] = family = (type, new StringBuilder());
                if (metric.Description.Length > 0)
                    family.Text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(metric.Description, isLabel: false)).Append('\n');
                family.Text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            }

            if (family.Type != type)
                continue;
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = LabelsOf(point.Tags);
                if (series.Add($"{name}{{{labels}}}"))
                    WritePoint(family.Text, name, labels, metric.MetricType, point);
            }
        }

        return string.Concat(families.Values.Select(family => family.Text));
    }

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        MetricType.ExponentialHistogram => null,
        _ => "gauge",
    };

    internal static string NameOf(string name, string unit, string type)
    {
        var full = Cleaned(name);
        var suffix = unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "%" => "percent",
            "1" => type == "gauge" ? "ratio" : "",
            _ when unit.StartsWith('{') => "",
            _ => Cleaned(unit),
        };
        if (suffix.Length > 0 && !full.EndsWith($"_{suffix}", StringComparison.Ordinal))
            full = $"{full}_{suffix}";
        return type == "counter" && !full.EndsWith("_total", StringComparison.Ordinal) ? $"{full}_total" : full;
    }

    private static void WritePoint(StringBuilder text, string name, string labels, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.Histogram:
                WriteHistogram(text, name, labels, point);
                break;
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Line(text, name, labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Line(text, name, labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Line(text, name, labels, point.GetGaugeLastValueLong());
                break;
            default:
                Line(text, name, labels, point.GetGaugeLastValueDouble());
                break;
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        var below = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            var le = $"le=\"{Number(bucket.ExplicitBound)}\"";
            Line(text, $"{name}_bucket", labels.Length == 0 ? le : $"{labels},{le}", below);
        }

        Line(text, $"{name}_sum", labels, point.GetHistogramSum());
        Line(text, $"{name}_count", labels, point.GetHistogramCount());
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 0)
                labels.Append(',');
            var text = value is bool yes ? (yes ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(Cleaned(name)).Append("=\"").Append(Escaped(text, isLabel: true)).Append('"');
        }

        return labels.ToString();
    }

    private static string Cleaned(string name)
    {
        var clean = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean;
    }

    private static string Escaped(string text, bool isLabel)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
