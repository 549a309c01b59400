using Madang.Images.Imaging;
using Madang.Images.Imaging.Native;

namespace Madang.Bench;

/// <summary>
/// Structural similarity (Wang et al. 2004) of the luma of a rendering to its original, which is scaled down from all its pixels, in floating
/// point, with the kernel that both servers promise: Lanczos, three lobes.
/// </summary>
internal static class Similarity
{
    private const int Window = 8;
    private const int Step = 4;

    public static double ToOriginal(byte[] rendering, byte[] original)
    {
        var small = Luma.Of(rendering);
        var large = Luma.Of(original);
        return Structure(small, large.Scaled(small.Width, small.Height));
    }

    private static double Structure(Luma a, Luma b)
    {
        const double c1 = 0.01 * 255 * 0.01 * 255;
        const double c2 = 0.03 * 255 * 0.03 * 255;
        double sum = 0;
        var windows = 0;
        for (var y = 0; y + Window <= a.Height; y += Step)
            for (var x = 0; x + Window <= a.Width; x += Step)
            {
                double meanA = 0, meanB = 0, squareA = 0, squareB = 0, product = 0;
                for (var row = y; row < y + Window; row++)
                    for (var column = x; column < x + Window; column++)
                    {
                        var (p, q) = (a[column, row], b[column, row]);
                        meanA += p;
                        meanB += q;
                        squareA += p * p;
                        squareB += q * q;
                        product += p * q;
                    }
                const double n = Window * Window;
                (meanA, meanB) = (meanA / n, meanB / n);
                var (varianceA, varianceB, covariance) = ((squareA / n) - (meanA * meanA), (squareB / n) - (meanB * meanB), (product / n) - (meanA * meanB));
                sum += ((2 * meanA * meanB) + c1) * ((2 * covariance) + c2) / (((meanA * meanA) + (meanB * meanB) + c1) * (varianceA + varianceB + c2));
                windows++;
            }
        return sum / windows;
    }

    private sealed class Luma(int width, int height, double[] values)
    {
        public int Width => width;

        public int Height => height;

        public double this[int x, int y] => values[(y * width) + x];

        public static Luma Of(byte[] file)
        {
            var path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, file);
                using var image = SourceFile.Open(path).Load();
                var pixels = image.ToBytes();
                var bands = image.Bands;
                var values = new double[image.Width * image.Height];
                for (var i = 0; i < values.Length; i++)
                    values[i] = (0.299 * pixels[i * bands]) + (0.587 * pixels[(i * bands) + 1]) + (0.114 * pixels[(i * bands) + 2]);
                return new Luma(image.Width, image.Height, values);
            }
            finally
            {
                File.Delete(path);
            }
        }

        public Luma Scaled(int toWidth, int toHeight)
        {
            var rows = Shrink(values, width, height, toWidth);
            var turned = Shrink(Turn(rows, toWidth, height), height, toWidth, toHeight);
            return new Luma(toWidth, toHeight, Turn(turned, toHeight, toWidth));
        }

        private static double[] Shrink(double[] from, int fromWidth, int rows, int toWidth)
        {
            var to = new double[toWidth * rows];
            var scale = (double)fromWidth / toWidth;
            for (var x = 0; x < toWidth; x++)
            {
                var centre = ((x + 0.5) * scale) - 0.5;
                var first = Math.Max(0, (int)Math.Ceiling(centre - (3 * scale)));
                var weights = Enumerable.Range(first, Math.Min(fromWidth - 1, (int)Math.Floor(centre + (3 * scale))) - first + 1)
                    .Select(i => Lanczos((i - centre) / scale)).ToArray();
                var total = weights.Sum();
                for (var y = 0; y < rows; y++)
                {
                    double sum = 0;
                    for (var i = 0; i < weights.Length; i++)
                        sum += from[(y * fromWidth) + first + i] * weights[i];
                    to[(y * toWidth) + x] = Math.Clamp(sum / total, 0, 255);
                }
            }
            return to;
        }

        private static double Lanczos(double x) => Math.Abs(x) switch
        {
            < 1e-9 => 1,
            >= 3 => 0,
            _ => 3 * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / 3) / (Math.PI * Math.PI * x * x),
        };

        private static double[] Turn(double[] from, int fromWidth, int rows)
        {
            var to = new double[from.Length];
            for (var y = 0; y < rows; y++)
                for (var x = 0; x < fromWidth; x++)
                    to[(x * rows) + y] = from[(y * fromWidth) + x];
            return to;
        }
    }
}
