import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Report } from './report.ts';

export const ReportContext = createContext<Report | null>(null);

export function useReport(): Report {
  const report = useContext(ReportContext);
  if (!report) throw new Error('A view is shown before the report is loaded.');
  return report;
}
