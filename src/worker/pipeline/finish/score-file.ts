import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { type StoredRecord, scoreColumns, scoreSchema } from './score-table.ts';

/** A row group is written when it has so many rows or so many bytes of JSON: the memory that a file of any length takes. */
const rowsInGroup = 16_384;
const bytesInGroup = 16 << 20;

/** Writes records to a Parquet file on this machine. Equal records give equal bytes. */
export class ScoreFile {
  readonly #writer: ParquetWriter;
  readonly #multiLabel: boolean;
  #records: StoredRecord[] = [];
  #bytes = 0;

  constructor(path: string, multiLabel: boolean) {
    this.#multiLabel = multiLabel;
    const schema = scoreSchema(multiLabel);
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'gradline' });
  }

  /** @param bytes length of the record as it is stored */
  async add(record: StoredRecord, bytes: number): Promise<void> {
    this.#records.push(record);
    this.#bytes += bytes;
    if (this.#records.length >= rowsInGroup || this.#bytes >= bytesInGroup) await this.#writeGroup();
  }

  async finish(): Promise<void> {
    if (this.#records.length > 0) await this.#writeGroup();
    await this.#writer.finish();
  }

  async #writeGroup(): Promise<void> {
    const columnData = scoreColumns(this.#records, this.#multiLabel).map((column) => ({
      ...column,
      offsetIndex: false,
    }));
    await this.#writer.write({ columnData, rowGroupSize: this.#records.length });
    this.#records = [];
    this.#bytes = 0;
  }
}
